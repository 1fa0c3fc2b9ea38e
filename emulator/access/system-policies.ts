/** Policies of type System: the same in every account. Source: RAM user guide, "System policy reference". */

export interface SystemPolicy {
  readonly name: string;
  readonly description: string;
  readonly document: string;
}

const allow = (actions: readonly string[], condition?: object): string =>
  JSON.stringify({
    Version: "1",
    Statement: [{ Effect: "Allow", Action: actions, Resource: "*", ...(condition ? { Condition: condition } : {}) }],
  });

const policies: readonly SystemPolicy[] = [
  { name: "AdministratorAccess", description: "Manages all resources of the account.", document: allow(["*"]) },
  {
    name: "ReadOnlyAccess",
    description: "Reads all resources of the account.",
    document: allow(["*:Describe*", "*:List*", "*:Get*", "*:BatchGet*", "*:Query*"]),
  },
  { name: "AliyunLogFullAccess", description: "Manages Log Service.", document: allow(["log:*"]) },
  {
    name: "AliyunLogReadOnlyAccess",
    description: "Reads in Log Service.",
    document: allow(["log:Get*", "log:List*", "log:Query*"]),
  },
  { name: "AliyunECSFullAccess", description: "Manages Elastic Compute Service.", document: allow(["ecs:*"]) },
  {
    name: "AliyunECSReadOnlyAccess",
    description: "Reads in Elastic Compute Service.",
    document: allow(["ecs:Describe*", "ecs:List*"]),
  },
  { name: "AliyunRAMFullAccess", description: "Manages Resource Access Management.", document: allow(["ram:*"]) },
  {
    name: "AliyunRAMReadOnlyAccess",
    description: "Reads in Resource Access Management.",
    document: allow(["ram:Get*", "ram:List*"]),
  },
  { name: "AliyunSTSAssumeRoleAccess", description: "Calls AssumeRole.", document: allow(["sts:AssumeRole"]) },
];

export const systemPolicies: ReadonlyMap<string, SystemPolicy> = new Map(policies.map((one) => [one.name, one]));
