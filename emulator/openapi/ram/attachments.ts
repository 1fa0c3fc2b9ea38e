/** Policies on users and roles. Source: RAM API reference 2015-05-01, "Authorization". */
import { systemPolicies } from "../../access/system-policies";
import type { AccessState, PolicyKey, RamRole, RamUser } from "../../store/access";
import type { RpcContext, RpcOperation, RpcOperations } from "../rpc-context";
import { alreadyExists, limitExceeded, notExist, policyKeyOf, roleOf, timeText, userOf } from "./find";
import { arnOf } from "../../access/principal";

/** Of each type, per user or role. */
const maxAttached = { System: 20, Custom: 20 } as const;

type Holder = Pick<RamUser | RamRole, "policies">;
type Find = (state: AccessState, parameters: RpcContext["parameters"]) => Holder;

const attach =
  (find: Find, entity: "User" | "Role"): RpcOperation =>
  ({ identities: { state }, parameters, now }) => {
    const { policies } = find(state, parameters);
    const key = policyKeyOf(state, parameters);
    if (policies.has(key)) {
      throw alreadyExists(`${entity}.Policy`, `policy attached to the ${entity.toLowerCase()}`);
    }
    const type = key.startsWith("System:") ? "System" : "Custom";
    const same = [...policies.keys()].filter((one) => one.startsWith(`${type}:`)).length;
    if (same >= maxAttached[type]) throw limitExceeded(`${entity}.Policy`, "the attached policies");
    policies.set(key, now);
    return {};
  };

const detach =
  (find: Find, entity: "User" | "Role"): RpcOperation =>
  ({ identities: { state }, parameters }) => {
    const { policies } = find(state, parameters);
    const key: PolicyKey = `${parameters["PolicyType"]}:${parameters["PolicyName"]}`;
    if (!policies.delete(key)) {
      throw notExist(`${entity}.Policy`, `indicate policy of the ${entity.toLowerCase()}`);
    }
    return {};
  };

const list =
  (find: Find): RpcOperation =>
  ({ identities: { state }, parameters }) => ({
    Policies: {
      Policy: [...find(state, parameters).policies].map(([key, time]) => {
        const [PolicyType = "", PolicyName = ""] = key.split(":");
        const own = PolicyType === "Custom" ? state.policies.get(PolicyName) : undefined;
        return {
          PolicyName,
          PolicyType,
          Description: own?.description ?? systemPolicies.get(PolicyName)?.description ?? "",
          DefaultVersion: own?.defaultVersion ?? "v1",
          AttachDate: timeText(time),
        };
      }),
    },
  });

/** Users and roles that have the policy. */
export function holdersOf(state: AccessState, key: PolicyKey): { users: RamUser[]; roles: RamRole[] } {
  const has = ({ policies }: Holder): boolean => policies.has(key);
  return { users: [...state.users.values()].filter(has), roles: [...state.roles.values()].filter(has) };
}

function listEntitiesForPolicy({ identities: { state }, parameters }: RpcContext): object {
  const key = policyKeyOf(state, parameters);
  const { users, roles } = holdersOf(state, key);
  const attached = (holder: Holder): string => timeText(holder.policies.get(key) ?? new Date(0));
  return {
    Groups: { Group: [] },
    Users: {
      User: users.map((user) => ({
        UserId: user.userId,
        UserName: user.name,
        DisplayName: user.displayName,
        AttachDate: attached(user),
      })),
    },
    Roles: {
      Role: roles.map((role) => ({
        RoleId: role.roleId,
        RoleName: role.name,
        Arn: arnOf.role(role.name),
        Description: role.description,
        AttachDate: attached(role),
      })),
    },
  };
}

export const attachments: RpcOperations = {
  AttachPolicyToUser: attach(userOf, "User"),
  DetachPolicyFromUser: detach(userOf, "User"),
  ListPoliciesForUser: list(userOf),
  AttachPolicyToRole: attach(roleOf, "Role"),
  DetachPolicyFromRole: detach(roleOf, "Role"),
  ListPoliciesForRole: list(roleOf),
  ListEntitiesForPolicy: listEntitiesForPolicy,
};
