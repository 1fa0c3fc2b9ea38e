/** What a pipeline calls, by what it deploys. Source: "RAM authorization" of SLS, ECS, VPC and RAM; Packer, "Alicloud Image Builder". */
import { PolicyStatement } from "../policy-statement";

export interface PipelineScope {
  readonly logProjects: readonly string[];
  readonly agentRoles: readonly string[];
  readonly machines: boolean;
  readonly images: boolean;
}

const all = ["*"];
const reading = ["ecs:Describe*", "ecs:List*", "vpc:Describe*", "vpc:List*"];

function logResources(projects: readonly string[]): string[] {
  return projects.flatMap((name) => [`acs:log:*:*:project/${name}`, `acs:log:*:*:project/${name}/*`]);
}

/** The role itself, and the policy that AgentRole makes for it. */
const roleResources = (roles: readonly string[]): string[] =>
  roles.flatMap((name) => [`acs:ram:*:*:role/${name}`, `acs:ram:*:*:policy/${name.replaceAll(".", "-")}-policy`]);

const readRoles = ["ram:GetRole", "ram:ListPoliciesForRole", "ram:GetPolicy*", "ram:ListPolicyVersions"];

/** To see what would change. */
export function planStatements({ logProjects, agentRoles }: PipelineScope): PolicyStatement[] {
  const statements = [
    PolicyStatement.allow({ actions: ["log:Get*", "log:List*"], resources: logResources(logProjects) }),
    PolicyStatement.allow({ actions: reading, resources: all }),
  ];
  // Logs are nobody's business in a plan.
  const readsLogs = [
    "GetLogStoreLogs*",
    "GetLogStoreHistogram*",
    "GetCursor*",
    "GetLogStoreContextLogs",
    "GetContextLogs",
  ];
  const logs = [...readsLogs, "GetProjectLogs", "GetHistograms", "GetAsyncSql*", "GetDownloadJob*"].map(
    (name) => `log:${name}`,
  );
  statements.push(PolicyStatement.deny({ actions: logs, resources: logResources(logProjects) }));
  if (agentRoles.length > 0) {
    statements.push(PolicyStatement.allow({ actions: readRoles, resources: roleResources(agentRoles) }));
    statements.push(PolicyStatement.allow({ actions: ["ram:ListTagResources"], resources: all }));
  }
  return statements;
}

/** To make it so, and to verify it: it writes and searches one line. */
export function deployStatements(scope: PipelineScope): PolicyStatement[] {
  const { logProjects, agentRoles } = scope;
  const verbs = ["Create", "Get", "List", "Update", "Delete", "Apply", "Remove", "Put", "Tag", "Untag"];
  const log = [...verbs.map((verb) => `log:${verb}*`), "log:PostLogStoreLogs"];
  const groups = ["CreateSecurityGroup", "DeleteSecurityGroup", "ModifySecurityGroup*", "AuthorizeSecurityGroup*"];
  const statements = [
    PolicyStatement.allow({ actions: log, resources: logResources(logProjects) }),
    PolicyStatement.allow({
      actions: [...reading, ...groups.map((name) => `ecs:${name}`), "ecs:RevokeSecurityGroup*", "ecs:TagResources"],
      resources: all,
    }),
  ];
  if (agentRoles.length > 0) {
    const verbsOfRoles = ["CreateRole", "UpdateRole", "DeleteRole", "AttachPolicyToRole", "DetachPolicyFromRole"];
    const verbsOfPolicies = ["CreatePolicy*", "DeletePolicy*", "UpdatePolicyDescription", "ListEntitiesForPolicy"];
    const actions = [...readRoles, ...[...verbsOfRoles, ...verbsOfPolicies, "PassRole"].map((name) => `ram:${name}`)];
    statements.push(PolicyStatement.allow({ actions, resources: roleResources(agentRoles) }));
    statements.push(PolicyStatement.allow({ actions: ["ram:ListTagResources"], resources: all }));
  }
  if (scope.machines || scope.images) statements.push(machineStatement());
  if (scope.images) statements.push(imageStatement());
  return statements;
}

const machineStatement = (): PolicyStatement =>
  PolicyStatement.allow({
    actions: [
      ...["RunInstances", "StartInstance*", "StopInstance*", "RebootInstance", "DeleteInstance*", "ModifyInstance*"],
      ...["ReplaceSystemDisk", "JoinSecurityGroup", "LeaveSecurityGroup", "JoinResourceGroup", "UntagResources"],
      ...["AttachInstanceRamRole", "DetachInstanceRamRole"],
    ]
      .map((name) => `ecs:${name}`)
      .concat(["CreateVpc", "DeleteVpc", "ModifyVpc*", "CreateVSwitch", "DeleteVSwitch", "ModifyVSwitch*"].map(vpc)),
    resources: all,
  });

const vpc = (name: string): string => `vpc:${name}`;

/** Packer makes a machine with a key pair, takes its disk's image, and removes all but that. */
const imageStatement = (): PolicyStatement =>
  PolicyStatement.allow({
    actions: [
      ...["CreateKeyPair", "ImportKeyPair", "DeleteKeyPairs", "AttachKeyPair", "DetachKeyPair"],
      ...["AllocatePublicIpAddress", "CreateInstance", "CreateImage", "CancelCopyImage", "CopyImage", "DeleteImage"],
      ...["ModifyImage*", "CreateSnapshot", "DeleteSnapshot"],
    ].map((name) => `ecs:${name}`),
    resources: all,
  });
