/** Tags of users, roles and policies. Source: RAM API reference 2015-05-01, "Tags". */
import type { RpcParameters } from "../rpc";
import { RpcError } from "../rpc-error";
import type { RpcContext, RpcOperations } from "../rpc-context";
import { customPolicyOf, required, roleOf, userOf } from "./find";

/** Both forms in which clients send lists: `Tag.1.Key`, and JSON in the bare parameter. */
function listOf(parameters: RpcParameters, name: string): unknown[] {
  const numbered = Object.entries(parameters)
    .filter(([one]) => new RegExp(`^${name}\\.\\d+$`).test(one))
    .map(([, value]) => value);
  const text = parameters[name];
  if (!text) return numbered;
  try {
    const json: unknown = JSON.parse(text);
    if (Array.isArray(json)) return json as unknown[];
  } catch {
    // Said below.
  }
  throw new RpcError(400, `InvalidParameter.${name}`, `${name} must be a JSON list, got ${text.slice(0, 60)}`);
}

export function tagsOf(parameters: RpcParameters): [string, string][] {
  const numbered = Object.entries(parameters).flatMap(([name, key]): [string, string][] => {
    const match = /^Tag\.(\d+)\.Key$/.exec(name);
    return match ? [[key, parameters[`Tag.${match[1]}.Value`] ?? ""]] : [];
  });
  const json = listOf(parameters, "Tag").map((tag): [string, string] => {
    const { Key = "", Value = "" } = tag as { Key?: string; Value?: string };
    return [String(Key), String(Value)];
  });
  return [...numbered, ...json];
}

interface Tagged {
  readonly name: string;
  readonly tags: Map<string, string>;
}

function resourcesOf({ identities: { state }, parameters }: RpcContext): Tagged[] {
  const type = required(parameters, "ResourceType").toLowerCase();
  const names = listOf(parameters, "ResourceNames").map(String);
  return names.map((name) => {
    if (type === "role") return { name, tags: roleOf(state, { RoleName: name }).tags };
    if (type === "user") return { name, tags: userOf(state, { UserName: name }).tags };
    if (type === "policy") return { name, tags: customPolicyOf(state, { PolicyName: name }).tags };
    throw new RpcError(400, "InvalidParameter.ResourceType", `ResourceType must be user, role or policy, got ${type}`);
  });
}

export const tags: RpcOperations = {
  TagResources: (context) => {
    const wanted = tagsOf(context.parameters);
    for (const resource of resourcesOf(context)) for (const [key, value] of wanted) resource.tags.set(key, value);
    return {};
  },
  UntagResources: (context) => {
    const keys = listOf(context.parameters, "TagKey").map(String);
    const all = context.parameters["All"] === "true" && keys.length === 0;
    for (const resource of resourcesOf(context)) {
      for (const key of all ? [...resource.tags.keys()] : keys) resource.tags.delete(key);
    }
    return {};
  },
  // A plain list: other products wrap it in `TagResource`.
  ListTagResources: (context) => ({
    TagResources: resourcesOf(context).flatMap(({ name: ResourceName, tags: own }) =>
      [...own].map(([TagKey, TagValue]) => ({
        ResourceType: context.parameters["ResourceType"],
        ResourceName,
        TagKey,
        TagValue,
      })),
    ),
  }),
};
