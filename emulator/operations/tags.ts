import { jsonBody, projectOf, type Operation, type SlsContext } from "../sls/context";
import { parameterInvalid, postBodyInvalid } from "../sls/service-error";
import type { Project } from "../store/store";

const types = ["project", "logstore", "dashboard", "machinegroup", "logtailconfig"];

function typeOf(value: unknown): string {
  const type = String(value ?? "").toLowerCase();
  if (!types.includes(type)) throw parameterInvalid(`The resource type is not supported: ${String(value)}`);
  return type;
}

/** Ids are `project` or `project#name`; the project comes from the id, for the call may be made on the host without one. */
function ownerOf(context: SlsContext, id: string): Project {
  return projectOf({ ...context, projectName: id.split("#")[0] ?? "" });
}

function idOf(value: unknown): string {
  if (Array.isArray(value) && value.length === 1 && typeof value[0] === "string") return value[0];
  throw parameterInvalid("resourceId must be a list of one id");
}

function tag(context: SlsContext): object {
  const body = jsonBody(context);
  const type = typeOf(body["resourceType"]);
  const id = idOf(body["resourceId"]);
  const tags = (body["tags"] ?? []) as { key: string; value: string }[];
  if (tags.length === 0 || tags.length > 20)
    throw postBodyInvalid("request tag key value pair size must little than 20");
  const all = ownerOf(context, id).tags;
  const key = `${type}#${id}`;
  const mine = all.get(key) ?? new Map<string, string>();
  for (const one of tags) mine.set(one.key, one.value);
  all.set(key, mine);
  return {};
}

function untag(context: SlsContext): object {
  const body = jsonBody(context);
  const id = idOf(body["resourceId"]);
  const all = ownerOf(context, id).tags;
  const key = `${typeOf(body["resourceType"])}#${id}`;
  if (body["all"] === true) all.delete(key);
  for (const name of (body["tags"] ?? []) as string[]) all.get(key)?.delete(name);
  return {};
}

function list(context: SlsContext): object {
  const type = typeOf(context.query["resourceType"]);
  const ids = JSON.parse(context.query["resourceId"] ?? "null") as string[] | null;
  const wanted = JSON.parse(context.query["tags"] ?? "null") as { key: string; value?: string }[] | null;
  const projects =
    ids === null
      ? context.projectName === undefined
        ? [...context.store.projects.values()]
        : [projectOf(context)]
      : [...new Set(ids.map((id) => ownerOf(context, id)))];
  const tagResources = projects.flatMap((project) =>
    [...project.tags].flatMap(([key, tags]) => {
      const resourceId = key.slice(type.length + 1);
      if (!key.startsWith(`${type}#`) || (ids !== null && !ids.includes(resourceId))) return [];
      const matches = (wanted ?? []).every(({ key: k, value }) => tags.has(k) && (!value || tags.get(k) === value));
      if (!matches) return [];
      return [...tags].map(([tagKey, tagValue]) => ({ resourceType: type, resourceId, tagKey, tagValue }));
    }),
  );
  return { nextToken: "", tagResources };
}

export const tagOperations: readonly Operation[] = [
  { name: "TagResources", method: "POST", path: "/tag", handle: tag },
  { name: "UntagResources", method: "POST", path: "/untag", handle: untag },
  { name: "ListTagResources", method: "GET", path: "/tags", handle: (context) => ({ json: list(context) }) },
];
