import type { Cloud } from "../cloud";
import { idParts, oneOf, type ResourceKind } from "../kind";
import { textOf } from "../values";
import { deleting, listOf, notFoundIn } from "./ram-common";

/** A policy on a role or on a user: two resources, of which one says `role` where the other says `user`. */
function attachment(entity: "Role" | "User"): ResourceKind {
  const word = entity.toLowerCase();
  const idForm = `${word}:policy_name:policy_type:${word}_name`;
  const parametersOf = (id: string): Record<string, string> => {
    const [, PolicyName = "", PolicyType = "", name = ""] = idParts(id, idForm);
    return { PolicyName, PolicyType, [`${entity}Name`]: name };
  };
  const isThere = async (cloud: Cloud, id: string): Promise<boolean> => {
    const { PolicyName, PolicyType, ...holder } = parametersOf(id);
    try {
      const policies = listOf(await cloud.ram(`ListPoliciesFor${entity}`, holder), "Policies", "Policy");
      return policies.some((one) => one["PolicyName"] === PolicyName && one["PolicyType"] === PolicyType);
    } catch (error) {
      if (notFoundIn(error)) return false;
      throw error;
    }
  };

  return {
    type: `alicloud_ram_${word}_policy_attachment`,
    idForm,
    forceNew: ["policy_name", "policy_type", `${word}_name`],
    checks: [oneOf("policy_type", ["System", "Custom"])],

    async create(cloud, planned) {
      const id = [word, ...["policy_name", "policy_type", `${word}_name`].map((name) => textOf(planned[name]))].join(
        ":",
      );
      await cloud.ram(`AttachPolicyTo${entity}`, parametersOf(id));
      return id;
    },

    async read(cloud, id) {
      if (!(await isThere(cloud, id))) return undefined;
      const [, policy_name = "", policy_type = "", name = ""] = idParts(id, idForm);
      return { policy_name, policy_type, [`${word}_name`]: name };
    },

    async remove(cloud, id) {
      await deleting(() => cloud.ram(`DetachPolicyFrom${entity}`, parametersOf(id)), [], 0);
    },
  };
}

export const ramRolePolicyAttachment = attachment("Role");
export const ramUserPolicyAttachment = attachment("User");
