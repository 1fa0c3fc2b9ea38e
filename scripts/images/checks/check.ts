import type { World } from "../world";

/** One row of the table. */
export interface Check {
  readonly name: string;
  /** Resolves to what is worth telling; rejects with what is wrong. */
  readonly run: (world: World) => Promise<string>;
}

export function expectSame(what: string, found: unknown, wanted: unknown): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`${what}: expected ${b}, found ${a}`);
}

/** Times depend on what else the machine does: told against the aim, wrong only where something waited in vain. */
export function timed(what: string, took: number, aim: number, limit = 10 * aim): string {
  const text = `${what} ${ms(took)}${took > aim ? ` (aim: ${ms(aim)})` : ""}`;
  if (took > limit) throw new Error(text);
  return text;
}

export const ms = (value: number): string =>
  value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(2)} s`;
