import { isObject, jsonParameter, listField, textField, textListField, type Json } from "../sls/fields";
import { jsonBody, projectOf, type Operation, type SlsContext } from "../sls/context";
import {
  configNotExist,
  logStoreNotExist,
  machineGroupNotExist,
  parameterInvalid,
  postBodyInvalid,
} from "../sls/service-error";
import type { Project } from "../store/store";

const types = ["project", "logstore", "dashboard", "machinegroup", "logtailconfig"];

function typeOf(values: Json): string {
  const type = textField(values, "resourceType", parameterInvalid);
  if (types.includes(type.toLowerCase())) return type.toLowerCase();
  throw parameterInvalid(`The resource type is not supported: ${type}`);
}

/** Ids are `project` or `project#name`; the project comes from the id, for the call may be made on the host without one. */
function ownerOf(context: SlsContext, id: string): Project {
  return projectOf({ ...context, projectName: id.split("#")[0] ?? "" });
}

/** The project of a thing that is there. Dashboards are not served: a tag of one is kept for whoever asks. */
function taggedOf(context: SlsContext, type: string, id: string): Project {
  const project = ownerOf(context, id);
  const name = id.slice(project.name.length + 1);
  if (type === "logstore" && !project.logstores.has(name)) throw logStoreNotExist(name);
  if (type === "machinegroup" && !project.machineGroups.has(name)) throw machineGroupNotExist(name);
  if (type === "logtailconfig" && !project.configs.has(name)) throw configNotExist(name);
  return project;
}

function idOf(values: Json): string {
  const [id, ...more] = textListField(values, "resourceId", parameterInvalid);
  if (id !== undefined && more.length === 0) return id;
  throw parameterInvalid("resourceId must be a list of one id");
}

/** `[{key, value}]` */
function pairsOf(values: Json): { key: string; value: string }[] {
  return listField(values, "tags", postBodyInvalid).map((tag) => {
    if (!isObject(tag)) throw postBodyInvalid("tags must be a list of objects with key and value");
    return { key: textField(tag, "key", postBodyInvalid), value: textField(tag, "value", postBodyInvalid) };
  });
}

function tag(context: SlsContext): object {
  const body = jsonBody(context);
  const type = typeOf(body);
  const id = idOf(body);
  const tags = pairsOf(body);
  if (tags.length === 0 || tags.length > 20)
    throw postBodyInvalid("request tag key value pair size must little than 20");
  const all = taggedOf(context, type, id).tags;
  const key = `${type}#${id}`;
  const mine = all.get(key) ?? new Map<string, string>();
  for (const one of tags) mine.set(one.key, one.value);
  all.set(key, mine);
  return {};
}

function untag(context: SlsContext): object {
  const body = jsonBody(context);
  const id = idOf(body);
  const all = ownerOf(context, id).tags;
  const key = `${typeOf(body)}#${id}`;
  if (body["all"] === true) all.delete(key);
  for (const name of textListField(body, "tags", postBodyInvalid)) all.get(key)?.delete(name);
  return {};
}

function list(context: SlsContext): object {
  const type = typeOf(context.query);
  const asked = jsonParameter(context.query, "resourceId", parameterInvalid);
  const ids = textListField(asked, "resourceId", parameterInvalid);
  const wanted = pairsOf(jsonParameter(context.query, "tags", parameterInvalid));
  const projects =
    ids.length === 0
      ? context.projectName === undefined
        ? [...context.store.projects.values()]
        : [projectOf(context)]
      : [...new Set(ids.map((id) => ownerOf(context, id)))];
  const tagResources = projects.flatMap((project) =>
    [...project.tags].flatMap(([key, tags]) => {
      const resourceId = key.slice(type.length + 1);
      if (!key.startsWith(`${type}#`) || (ids.length > 0 && !ids.includes(resourceId))) return [];
      const matches = wanted.every(({ key: k, value }) => tags.has(k) && (value === "" || tags.get(k) === value));
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
