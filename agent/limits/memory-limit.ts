/** Goes on at this share of the limit; less would flutter. */
const roomShare = 0.9;

/**
 * Whether the inputs should be held because of memory. Only while there is something unsent: what is resident without that
 * is not freed by waiting, and the agent would stand still for ever.
 */
export function memoryHeld(before: boolean, residentBytes: number, limitBytes: number, unsentBytes: number): boolean {
  if (unsentBytes === 0) return false;
  return residentBytes > (before ? limitBytes * roomShare : limitBytes);
}
