import type { Cloud } from "../cloud";
import { atLeastOneOf, between, changes, eitherOf, exactlyOneOf, notTogether, type ResourceKind } from "../kind";
import { isZero, textOf, textsOf, type Value, type ValueMap } from "../values";
import { deleting, found, isJson, listOf, memberOf, notFoundIn, readTags, retag, sameJson } from "./ram-common";

const documents = ["assume_role_policy_document", "document"] as const;
const parts = ["ram_users", "services", "version"] as const;

/** Written out, or put together from the deprecated arguments. */
function documentOf(planned: ValueMap): string {
  const written = eitherOf(planned, ...documents);
  if (written !== "") return written;
  const [RAM, Service] = [textsOf(planned["ram_users"]), textsOf(planned["services"])];
  const Principal = { ...(RAM.length > 0 ? { RAM } : {}), ...(Service.length > 0 ? { Service } : {}) };
  const Statement = [{ Action: "sts:AssumeRole", Effect: "Allow", Principal }];
  return JSON.stringify({ Version: textOf(planned["version"]) || "1", Statement });
}

/** Which of the arguments that make up the document changed. */
function changedDocument(planned: ValueMap, prior: ValueMap): string | undefined {
  const written = documents.find((name) => changes(name, planned, prior));
  if (written !== undefined) return textOf(planned[written]);
  const { assume_role_policy_document: _, document: __, ...rest } = planned;
  return parts.some((name) => changes(name, planned, prior)) ? documentOf(rest) : undefined;
}

/** `version`, `ram_users` and `services` as the first statement of the document has them. */
function partsOf(document: string): ValueMap {
  try {
    const { Version, Statement } = JSON.parse(document) as {
      Version?: string;
      Statement?: readonly { readonly Principal?: Readonly<Record<string, Value>> }[];
    };
    const principal = Statement?.[0]?.Principal ?? {};
    const list = (value: Value | undefined): Value => (typeof value === "string" ? [value] : (value ?? []));
    return { version: Version ?? null, ram_users: list(principal["RAM"]), services: list(principal["Service"]) };
  } catch {
    return {};
  }
}

async function find(cloud: Cloud, id: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    return memberOf(await cloud.ram("GetRole", { RoleName: id }), "Role");
  } catch (error) {
    if (notFoundIn(error)) return undefined;
    throw error;
  }
}

export const ramRole: ResourceKind = {
  type: "alicloud_ram_role",
  idForm: "role_name",
  forceNew: ["role_name", "name"],
  defaults: { version: "1" },
  checks: [
    exactlyOneOf("role_name", "name"),
    atLeastOneOf(...documents, "ram_users", "services"),
    ...documents.map(isJson),
    ...parts.map((name) => notTogether("assume_role_policy_document", name)),
    notTogether("assume_role_policy_document", "document"),
    between("max_session_duration", 3600, 43_200),
  ],
  unchanged: { assume_role_policy_document: sameJson, document: sameJson },

  async create(cloud, planned) {
    const RoleName = eitherOf(planned, "role_name", "name");
    const longest = planned["max_session_duration"];
    await cloud.ram("CreateRole", {
      RoleName,
      AssumeRolePolicyDocument: documentOf(planned),
      Description: textOf(planned["description"]) || undefined,
      MaxSessionDuration: isZero(longest) ? undefined : String(longest),
    });
    return RoleName;
  },

  async update(cloud, id, planned, prior) {
    if (changes("tags", planned, prior)) await retag(cloud, "role", id, planned, prior);
    if (prior === undefined) return;
    const document = changedDocument(planned, prior);
    const wanted = {
      ...(changes("description", planned, prior) ? { NewDescription: textOf(planned["description"]) } : {}),
      ...(changes("max_session_duration", planned, prior)
        ? { NewMaxSessionDuration: String(planned["max_session_duration"]) }
        : {}),
      ...(document === undefined ? {} : { NewAssumeRolePolicyDocument: document }),
    };
    if (Object.keys(wanted).length > 0) await cloud.ram("UpdateRole", { RoleName: id, ...wanted });
  },

  async read(cloud, id) {
    const role = await find(cloud, id);
    if (role === undefined) return undefined;
    const document = textOf(found(role, "AssumeRolePolicyDocument"));
    return {
      ...partsOf(document),
      arn: found(role, "Arn"),
      role_id: found(role, "RoleId"),
      role_name: found(role, "RoleName"),
      name: found(role, "RoleName"),
      description: found(role, "Description"),
      create_time: found(role, "CreateDate"),
      max_session_duration: found(role, "MaxSessionDuration"),
      assume_role_policy_document: document,
      document,
      tags: await readTags(cloud, "role", id),
    };
  },

  async remove(cloud, id, state) {
    if (state["force"] === true) {
      const reply = await cloud.ram("ListPoliciesForRole", { RoleName: id });
      for (const policy of listOf(reply, "Policies", "Policy")) {
        const named = {
          PolicyName: textOf(found(policy, "PolicyName")),
          PolicyType: textOf(found(policy, "PolicyType")),
        };
        await cloud.ram("DetachPolicyFromRole", { RoleName: id, ...named });
      }
    }
    await deleting(() => cloud.ram("DeleteRole", { RoleName: id }), ["DeleteConflict.Role.Policy"], 300_000);
  },
};
