const units: Readonly<Record<string, number>> = { "": 1, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `250`, `250ms`, `1.5s`, `20m`, `+1h`, `-20m` to milliseconds. */
export function millisecondsOf(option: string, text: string): number {
  const [, sign, number, unit = ""] = /^([+-]?)(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  const factor = units[unit];
  if (number === undefined || factor === undefined) {
    throw new Error(`${option} must be a time such as 250ms, 1.5s, 20m or 1h, got ${JSON.stringify(text)}`);
  }
  return Number(number) * factor * (sign === "-" ? -1 : 1);
}

export function numberOf(option: string, text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  throw new Error(`${option} must be a number, got ${JSON.stringify(text)}`);
}
