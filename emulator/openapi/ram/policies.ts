/** Policies and their versions. Source: RAM API reference 2015-05-01, "Policies". */
import { systemPolicies, type SystemPolicy } from "../../access/system-policies";
import type { AccessState, PolicyVersion, RamPolicy } from "../../store/access";
import { type RpcError } from "../rpc-error";
import type { RpcContext, RpcOperations } from "../rpc-context";
import { holdersOf } from "./attachments";
import {
  alreadyExists,
  customPolicyOf,
  deleteConflict,
  documentOf,
  limitExceeded,
  nameOf,
  notExist,
  page,
  policyTypeOf,
  required,
  textOf,
  timeText,
} from "./find";
import { tagsOf } from "./tags";

const maxPolicies = 1500;
const maxVersions = 5;
/** The System policies are as old as the service. */
const systemTime = new Date("2015-05-01T00:00:00Z");

interface Described extends SystemPolicy {
  readonly type: "System" | "Custom";
  readonly version: string;
  readonly createTime: Date;
  readonly updateTime: Date;
}

const describe = (state: AccessState, policy: Described): object => {
  const { users, roles } = holdersOf(state, `${policy.type}:${policy.name}`);
  return {
    PolicyName: policy.name,
    PolicyType: policy.type,
    Description: policy.description,
    DefaultVersion: policy.version,
    CreateDate: timeText(policy.createTime),
    UpdateDate: timeText(policy.updateTime),
    AttachmentCount: users.length + roles.length,
  };
};

const ofSystem = (policy: SystemPolicy): Described => ({
  ...policy,
  type: "System",
  version: "v1",
  createTime: systemTime,
  updateTime: systemTime,
});
const ofCustom = (policy: RamPolicy): Described => ({
  name: policy.name,
  description: policy.description,
  document: policy.versions.find(({ id }) => id === policy.defaultVersion)?.document ?? "",
  type: "Custom",
  version: policy.defaultVersion,
  createTime: policy.createTime,
  updateTime: policy.updateTime,
});

const describeVersion = (version: PolicyVersion, isDefault: boolean): object => ({
  VersionId: version.id,
  IsDefaultVersion: isDefault,
  PolicyDocument: version.document,
  CreateDate: timeText(version.createTime),
});

function find({ identities: { state }, parameters }: RpcContext): Described {
  if (policyTypeOf(parameters) === "Custom") return ofCustom(customPolicyOf(state, parameters));
  const policy = systemPolicies.get(required(parameters, "PolicyName"));
  if (policy === undefined) throw notExist("Policy", "policy");
  return ofSystem(policy);
}

function createPolicy({ identities: { state }, parameters, now }: RpcContext): object {
  const name = nameOf(parameters, "PolicyName", 128);
  if (state.policies.has(name)) throw alreadyExists("Policy", "policy");
  if (state.policies.size >= maxPolicies) throw limitExceeded("Policy", "policy");
  const document = documentOf(parameters, "PolicyDocument", "identity");
  const policy: RamPolicy = {
    name,
    description: textOf(parameters, "Description", 1024),
    createTime: now,
    updateTime: now,
    defaultVersion: "v1",
    nextVersion: 2,
    versions: [{ id: "v1", document, createTime: now }],
    tags: new Map(tagsOf(parameters)),
  };
  state.policies.set(name, policy);
  return { Policy: describe(state, ofCustom(policy)) };
}

function createPolicyVersion({ identities: { state }, parameters, now }: RpcContext): object {
  const policy = customPolicyOf(state, parameters);
  const document = documentOf(parameters, "PolicyDocument", "identity");
  if (policy.versions.length >= maxVersions) {
    const oldest = policy.versions.findIndex(({ id }) => id !== policy.defaultVersion);
    if (parameters["RotateStrategy"] !== "DeleteOldestNonDefaultVersionWhenLimitExceeded") {
      throw limitExceeded("Policy.Version", "policy version");
    }
    policy.versions.splice(oldest, 1);
  }
  const version: PolicyVersion = { id: `v${policy.nextVersion}`, document, createTime: now };
  policy.nextVersion += 1;
  policy.versions.push(version);
  policy.updateTime = now;
  const isDefault = parameters["SetAsDefault"] === "true";
  if (isDefault) policy.defaultVersion = version.id;
  return { PolicyVersion: describeVersion(version, isDefault) };
}

function versionOf({ identities: { state }, parameters }: RpcContext): { policy: RamPolicy; version: PolicyVersion } {
  const policy = customPolicyOf(state, parameters);
  const version = policy.versions.find(({ id }) => id === required(parameters, "VersionId"));
  if (version === undefined) throw notExist("Policy.Version", "policy version");
  return { policy, version };
}

function deletePolicyVersion(context: RpcContext): object {
  const { policy, version } = versionOf(context);
  if (version.id === policy.defaultVersion) {
    throw deleteConflict("Policy.Version.Default", "The default policy version CAN NOT been deleted directly.");
  }
  policy.versions.splice(policy.versions.indexOf(version), 1);
  return {};
}

function deletePolicy({ identities: { state }, parameters }: RpcContext): object {
  const policy = customPolicyOf(state, parameters);
  const { users, roles } = holdersOf(state, `Custom:${policy.name}`);
  const used = (entity: string): RpcError =>
    deleteConflict(
      `Policy.${entity}`,
      `The policy CAN NOT been attached to any ${entity.toLowerCase()} while deleting the policy.`,
    );
  if (users.length > 0) throw used("User");
  if (roles.length > 0) throw used("Role");
  if (policy.versions.length > 1 && parameters["CascadingDelete"] !== "true") {
    throw deleteConflict("Policy.Version", "The policy CAN NOT has any version except the default version.");
  }
  state.policies.delete(policy.name);
  return {};
}

function listPolicies({ identities: { state }, parameters }: RpcContext): object {
  const type = parameters["PolicyType"] ? policyTypeOf(parameters) : undefined;
  const all = [
    ...(type === "Custom" ? [] : [...systemPolicies.values()].map(ofSystem)),
    ...(type === "System" ? [] : [...state.policies.values()].map(ofCustom)),
  ];
  const { items, more } = page(parameters, all);
  return { Policies: { Policy: items.map((policy) => describe(state, policy)) }, ...more };
}

export const policies: RpcOperations = {
  CreatePolicy: createPolicy,
  GetPolicy: (context) => {
    const policy = find(context);
    const { version: id, document, createTime } = policy;
    return {
      Policy: describe(context.identities.state, policy),
      DefaultPolicyVersion: describeVersion({ id, document, createTime }, true),
    };
  },
  UpdatePolicyDescription: ({ identities, parameters, now }) => {
    const policy = customPolicyOf(identities.state, parameters);
    policy.description = textOf(parameters, "NewDescription", 1024);
    policy.updateTime = now;
    return { Policy: describe(identities.state, ofCustom(policy)) };
  },
  DeletePolicy: deletePolicy,
  ListPolicies: listPolicies,
  CreatePolicyVersion: createPolicyVersion,
  GetPolicyVersion: (context) => {
    if (policyTypeOf(context.parameters) === "System") {
      const { version: id, document, createTime } = find(context);
      return { PolicyVersion: describeVersion({ id, document, createTime }, true) };
    }
    const { policy, version } = versionOf(context);
    return { PolicyVersion: describeVersion(version, version.id === policy.defaultVersion) };
  },
  ListPolicyVersions: (context) => {
    const { type, version: id, document, createTime } = find(context);
    if (type === "System") {
      return { PolicyVersions: { PolicyVersion: [describeVersion({ id, document, createTime }, true)] } };
    }
    const { versions, defaultVersion } = customPolicyOf(context.identities.state, context.parameters);
    return {
      PolicyVersions: { PolicyVersion: versions.map((one) => describeVersion(one, one.id === defaultVersion)) },
    };
  },
  SetDefaultPolicyVersion: (context) => {
    const { policy, version } = versionOf(context);
    policy.defaultVersion = version.id;
    policy.updateTime = context.now;
    return {};
  },
  DeletePolicyVersion: deletePolicyVersion,
};
