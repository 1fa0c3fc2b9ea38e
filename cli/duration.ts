const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `15m` -> 900 */
export function secondsOf(text: string, flag: string): number {
  const match = /^(\d+)([smhd])$/.exec(text);
  if (!match) throw new Error(`${flag} must be a number with s, m, h or d, such as 15m, got ${JSON.stringify(text)}`);
  return Number(match[1]) * (units[match[2] ?? "s"] ?? 1);
}
