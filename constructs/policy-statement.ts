export interface PolicyStatementOptions {
  /** E.g. `log:GetLogStoreLogs`, `log:Get*`; at least one. */
  readonly actions: readonly string[];
  /** E.g. `acs:log:*:*:project/acme-logs/*`; at least one. */
  readonly resources: readonly string[];
  /** Whom a project's policy is about; a RAM policy has none, it is about who it is attached to. @default - `*`: everybody */
  readonly principals?: readonly string[];
  /** Operator -> key -> values, e.g. `{ StringNotLike: { "acs:SourceVpc": ["vpc-*"] } }`. @default - none */
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

type Json = Readonly<Record<string, unknown>>;

/** One sentence of a policy: who may or may not do what, with what, when. Source: RAM, "Policy elements". */
export class PolicyStatement {
  static allow(options: PolicyStatementOptions): PolicyStatement {
    return new PolicyStatement("Allow", options);
  }

  /** Goes before everything that is allowed. */
  static deny(options: PolicyStatementOptions): PolicyStatement {
    return new PolicyStatement("Deny", options);
  }

  private constructor(
    readonly effect: "Allow" | "Deny",
    private readonly options: PolicyStatementOptions,
  ) {}

  /** What is wrong with it; told by the construct that it is given to. */
  get problem(): string | undefined {
    const { actions, resources } = this.options;
    if (actions.length === 0) return `policy statement has no action; give at least one, such as "log:GetLogStoreLogs"`;
    if (resources.length === 0) return `policy statement has no resource; give at least one, or "*"`;
    const action = actions.find((one) => !/^(?:\*|[a-z]+:[A-Za-z*]+)$/.test(one));
    if (action === undefined) return undefined;
    return `policy action must be a product and an API, such as "log:Get*", got ${JSON.stringify(action)}`;
  }

  /** As a RAM policy has it. */
  toJson(): Json {
    const { actions, resources, conditions } = this.options;
    return {
      Effect: this.effect,
      Action: actions,
      Resource: resources,
      ...(conditions === undefined ? {} : { Condition: conditions }),
    };
  }

  /** As a project's policy has it. */
  toProjectJson(): Json {
    return { ...this.toJson(), Principal: this.options.principals ?? ["*"] };
  }
}

/** The text of a policy; the order of its keys is Terraform's own, so that plans settle. */
export const policyDocument = (statements: readonly Json[]): string =>
  JSON.stringify({ Statement: statements.map((one) => Object.fromEntries(Object.entries(one).sort())), Version: "1" });
