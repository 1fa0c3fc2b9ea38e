import { isObject, jsonParameter, listField, textField, textListField, type Json } from "../sls/fields";
import { jsonBody, projectOf, type Operation, type SlsContext } from "../sls/context";
import {
  configNotExist,
  logStoreNotExist,
  machineGroupNotExist,
  parameterInvalid,
  postBodyInvalid,
} from "../sls/service-error";
import { hasConfig, type Project } from "../store/store";
import { notExist } from "./kept";

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

/** The project of a thing that is there. */
function taggedOf(context: SlsContext, type: string, id: string): Project {
  const project = ownerOf(context, id);
  const name = id.slice(project.name.length + 1);
  if (type === "logstore" && !project.logstores.has(name)) throw logStoreNotExist(name);
  if (type === "machinegroup" && !project.machineGroups.has(name)) throw machineGroupNotExist(name);
  if (type === "logtailconfig" && !hasConfig(project, name)) throw configNotExist(name);
  if (type === "dashboard" && !project.kept.get("dashboards")?.has(name)) throw notExist("Dashboard", name);
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

type Sort = "user" | "system";

/** System tags lie beside the user's, each owner's apart: `system UID logstore#p#ls`. */
function shelfKey(sort: Sort, values: Json, type: string): string {
  return sort === "user" ? `${type}#` : `system ${textField(values, "tagOwnerUid", parameterInvalid)} ${type}#`;
}

function tag(sort: Sort, context: SlsContext): object {
  const body = jsonBody(context);
  const type = typeOf(body);
  const id = idOf(body);
  const tags = pairsOf(body);
  if (tags.length === 0 || tags.length > 20)
    throw postBodyInvalid("request tag key value pair size must little than 20");
  const all = taggedOf(context, type, id).tags;
  const key = shelfKey(sort, body, type) + id;
  const mine = all.get(key) ?? new Map<string, string>();
  for (const one of tags) mine.set(one.key, one.value);
  all.set(key, mine);
  return {};
}

function untag(sort: Sort, context: SlsContext): object {
  const body = jsonBody(context);
  const id = idOf(body);
  const all = ownerOf(context, id).tags;
  const key = shelfKey(sort, body, typeOf(body)) + id;
  if (body["all"] === true) all.delete(key);
  for (const name of textListField(body, "tags", postBodyInvalid)) all.get(key)?.delete(name);
  return {};
}

function list(sort: Sort, context: SlsContext): object {
  const type = typeOf(context.query);
  const asked = jsonParameter(context.query, "resourceId", parameterInvalid);
  const ids = textListField(asked, "resourceId", parameterInvalid);
  const wanted = pairsOf(jsonParameter(context.query, "tags", parameterInvalid));
  const prefix = shelfKey(sort, context.query, type);
  const projects =
    ids.length === 0
      ? context.projectName === undefined
        ? [...context.store.projects.values()]
        : [projectOf(context)]
      : [...new Set(ids.map((id) => ownerOf(context, id)))];
  const tagResources = projects.flatMap((project) =>
    [...project.tags].flatMap(([key, tags]) => {
      const resourceId = key.slice(prefix.length);
      if (!key.startsWith(prefix) || (ids.length > 0 && !ids.includes(resourceId))) return [];
      const matches = wanted.every(({ key: k, value }) => tags.has(k) && (value === "" || tags.get(k) === value));
      if (!matches) return [];
      return [...tags].map(([tagKey, tagValue]) => ({ resourceType: type, resourceId, tagKey, tagValue }));
    }),
  );
  return { nextToken: "", tagResources };
}

const sorts: readonly (readonly [Sort, string, string])[] = [
  ["user", "", ""],
  ["system", "system", "SystemTags"],
];

export const tagOperations: readonly Operation[] = sorts.flatMap(([sort, prefix, suffix]) => [
  { name: `TagResources${suffix}`, method: "POST", path: `/${prefix}tag`, handle: (context) => tag(sort, context) },
  {
    name: `UntagResources${suffix}`,
    method: "POST",
    path: `/${prefix}untag`,
    handle: (context) => untag(sort, context),
  },
  {
    name: sort === "user" ? "ListTagResources" : "ListSystemTagResources",
    method: "GET",
    path: `/${prefix}tags`,
    handle: (context) => ({ json: list(sort, context) }),
  },
]);
