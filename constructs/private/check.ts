import { Token } from "cdktf";
import type { IConstruct } from "constructs";

/** A value that is wrong, told with the path of the construct that it was given to. */
export const invalidValue = (where: IConstruct, problem: string): Error => new Error(`${where.node.path}: ${problem}`);

/** Throws what is wrong with a value. One that is unknown until apply (a token) is let through: the service checks it. */
export function check<T extends string | number>(
  where: IConstruct,
  value: T,
  problemOf: (value: T) => string | undefined,
): void {
  if (Token.isUnresolved(value)) return;
  const problem = problemOf(value);
  if (problem !== undefined) throw invalidValue(where, problem);
}

/** Whether two names are known and differ; a token may turn out to be anything. */
export function differ(a: string, b: string): boolean {
  return a !== b && !Token.isUnresolved(a) && !Token.isUnresolved(b);
}
