import type { Cloud } from "../cloud";
import { changes, eitherOf, exactlyOneOf, notTogether, oneOf, type ResourceKind } from "../kind";
import { mapsOf, textOf, textsOf, type ValueMap } from "../values";
import { deleting, found, isJson, listOf, memberOf, notFoundIn, readTags, retag, sameJson } from "./ram-common";

const documents = ["policy_document", "document"] as const;

/** Written out, or put together from the deprecated `statement` blocks. */
function documentOf(planned: ValueMap): string {
  const written = eitherOf(planned, ...documents);
  return written === "" ? ofStatements(planned) : written;
}

function ofStatements(planned: ValueMap): string {
  const Statement = mapsOf(planned["statement"]).map(({ effect, action, resource }) => ({
    Effect: textOf(effect),
    Action: textsOf(action),
    Resource: textsOf(resource),
  }));
  return JSON.stringify({ Version: textOf(planned["version"]) || "1", Statement });
}

const custom = (id: string): { PolicyName: string; PolicyType: string } => ({ PolicyName: id, PolicyType: "Custom" });

/** Detaches it from everything, and deletes the versions but the default one. */
async function loosen(cloud: Cloud, id: string): Promise<void> {
  const entities = await cloud.ram("ListEntitiesForPolicy", custom(id));
  for (const entity of ["User", "Group", "Role"]) {
    for (const holder of listOf(entities, `${entity}s`, entity)) {
      const name = `${entity}Name`;
      await cloud.ram(`DetachPolicyFrom${entity}`, { ...custom(id), [name]: textOf(found(holder, name)) });
    }
  }
  const versions = listOf(await cloud.ram("ListPolicyVersions", custom(id)), "PolicyVersions", "PolicyVersion");
  for (const version of versions) {
    if (version["IsDefaultVersion"] === true) continue;
    await cloud.ram("DeletePolicyVersion", { PolicyName: id, VersionId: textOf(found(version, "VersionId")) });
  }
}

export const ramPolicy: ResourceKind = {
  type: "alicloud_ram_policy",
  idForm: "policy_name",
  forceNew: ["policy_name", "name"],
  defaults: { version: "1" },
  checks: [
    exactlyOneOf("policy_name", "name"),
    ...documents.map(isJson),
    notTogether("policy_document", "document"),
    oneOf("rotate_strategy", ["None", "DeleteOldestNonDefaultVersionWhenLimitExceeded"]),
    (config) =>
      documents.every((name) => (config[name] ?? null) === null) && mapsOf(config["statement"]).length === 0
        ? { message: 'One of "policy_document", "document", "statement" must be given, got none.' }
        : undefined,
  ],
  unchanged: { policy_document: sameJson, document: sameJson },

  async create(cloud, planned) {
    const PolicyName = eitherOf(planned, "policy_name", "name");
    const Description = textOf(planned["description"]) || undefined;
    await cloud.ram("CreatePolicy", { PolicyName, PolicyDocument: documentOf(planned), Description });
    return PolicyName;
  },

  async update(cloud, id, planned, prior) {
    if (changes("tags", planned, prior)) await retag(cloud, "policy", id, planned, prior);
    if (prior === undefined) return;
    const written = documents.find((name) => changes(name, planned, prior));
    const document = changes("statement", planned, prior) ? ofStatements(planned) : written && textOf(planned[written]);
    if (document) {
      const RotateStrategy = textOf(planned["rotate_strategy"]) || undefined;
      const version = { PolicyName: id, PolicyDocument: document, SetAsDefault: "true", RotateStrategy };
      await cloud.ram("CreatePolicyVersion", version);
    }
    if (changes("description", planned, prior)) {
      const NewDescription = textOf(planned["description"]);
      await cloud.ram("UpdatePolicyDescription", { PolicyName: id, NewDescription });
    }
  },

  async read(cloud, id) {
    let reply;
    try {
      reply = await cloud.ram("GetPolicy", custom(id));
    } catch (error) {
      if (notFoundIn(error)) return undefined;
      throw error;
    }
    const policy = memberOf(reply, "Policy");
    const version = memberOf(reply, "DefaultPolicyVersion");
    const document = found(version, "PolicyDocument");
    return {
      policy_name: id,
      name: id,
      description: found(policy, "Description"),
      type: found(policy, "PolicyType"),
      default_version: found(policy, "DefaultVersion"),
      attachment_count: found(policy, "AttachmentCount"),
      create_time: found(policy, "CreateDate"),
      version_id: found(version, "VersionId"),
      policy_document: document,
      document,
      tags: await readTags(cloud, "policy", id),
    };
  },

  async remove(cloud, id, state) {
    try {
      if (state["force"] === true) await loosen(cloud, id);
    } catch (error) {
      if (notFoundIn(error)) return;
      throw error;
    }
    const conflicts = ["User", "Group", "Role"].map((entity) => `DeleteConflict.Policy.${entity}`);
    await deleting(() => cloud.ram("DeletePolicy", { PolicyName: id }), conflicts, 26 * 60_000);
  },
};
