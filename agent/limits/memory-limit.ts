const usualLimitBytes = 512 * 1024 * 1024;
/** Beyond what is resident a control group counts the files that are being written. */
const groupShare = 0.75;

/**
 * `limits.memoryBytes` where it is not set. `groupBytes` is what the control group may use (MemoryMax of the unit), above which
 * the kernel would kill; 0 or more than the machine has: no limit.
 */
export function defaultMemoryLimit(bufferBytes: number, groupBytes: number): number {
  const usual = Math.max(usualLimitBytes, 2 * bufferBytes);
  return groupBytes > 0 ? Math.min(usual, Math.floor(groupBytes * groupShare)) : usual;
}

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
