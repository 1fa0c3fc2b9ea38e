import type { IConstruct } from "constructs";
import { declareEnvironment } from "./private/stack-environment";
import { nearest } from "./private/nearest";

export type EnvironmentName = "dev" | "pre-prod" | "prod";

const unknownEnvironment = (given: string): Error => {
  const names = Environment.ALL.map(({ name }) => name);
  const meant = nearest(given, names);
  const remedy = meant === undefined ? "" : `; did you mean "${meant}"?`;
  return new Error(`environment must be one of ${names.join(", ")}, got ${JSON.stringify(given)}${remedy}`);
};

/** Where an app runs. Each environment has log resources of its own; its name ends theirs. */
export class Environment {
  static readonly DEV = new Environment("dev");
  static readonly PRE_PROD = new Environment("pre-prod");
  static readonly PROD = new Environment("prod");
  static readonly ALL: readonly Environment[] = [Environment.DEV, Environment.PRE_PROD, Environment.PROD];

  /** From `dev`, `pre-prod` or `prod`, e.g. out of a pipeline's variable; anything else is an error. */
  static parse(name: string): Environment {
    const found = Environment.ALL.find((environment) => environment.name === name);
    if (found === undefined) throw unknownEnvironment(name);
    return found;
  }

  private constructor(readonly name: EnvironmentName) {}

  /** Whether it is `prod`; pre-prod is not. */
  get isProduction(): boolean {
    return this.name === "prod";
  }

  /** Says that the stack of `scope` is of this environment; LogCollection does it by itself. `cdktf-sls deploy --prune` does not remove anything of prod. */
  applyTo(scope: IConstruct): void {
    declareEnvironment(scope, this.name);
  }

  toString(): string {
    return this.name;
  }
}
