/** Records of a resource: an id, a tag to find it by, a value that is the text of a JSON object. Source: SLS API reference, CreateResourceRecord. */
import { randomUUID } from "node:crypto";
import { isObject, listField, textField, type Json } from "../sls/fields";
import { jsonBody, page, unixSeconds, type Operation, type SlsContext } from "../sls/context";
import { parameterInvalid, ServiceError } from "../sls/service-error";
import { keptOf, shelfOf, type KeptOne } from "./kept";

const resource = { noun: "Resource", path: "resources", scope: "account" } as const;
const maxRecords = 10_000;

/** Of the resource that the path names, whether or not it is there. */
export const recordShelf = (context: SlsContext): Map<string, KeptOne> =>
  shelfOf(context, { path: `resources/${context.path["name"]}/records`, scope: "account" });

function recordsOf(context: SlsContext): Map<string, KeptOne> {
  keptOf(context, resource);
  return recordShelf(context);
}

const recordNotExist = (id: string): ServiceError =>
  new ServiceError(404, "ResourceRecordNotExist", `resource record ${id} does not exist`);

function recordOf(context: SlsContext): KeptOne {
  const id = context.path["record"] ?? "";
  const record = recordsOf(context).get(id);
  if (record === undefined) throw recordNotExist(id);
  return record;
}

function read(given: Json, id: string): Json {
  const value = textField(given, "value", parameterInvalid);
  try {
    if (isObject(JSON.parse(value))) return { id, tag: textField(given, "tag", parameterInvalid), value };
  } catch {
    // Said below.
  }
  throw parameterInvalid("value must be the text of a JSON object");
}

function keep(context: SlsContext, body: Json): void {
  const records = recordsOf(context);
  const id = String(body["id"]);
  const seconds = unixSeconds(context.now);
  const createTime = records.get(id)?.createTime;
  if (createTime === undefined && records.size >= maxRecords) {
    throw new ServiceError(400, "ExceedQuota", `record count exceeds ${maxRecords}`);
  }
  records.set(id, { body, createTime: createTime ?? seconds, lastModifyTime: seconds });
}

const describe = ({ body, createTime, lastModifyTime }: KeptOne): object => ({ ...body, createTime, lastModifyTime });

function create(context: SlsContext): object {
  const given = jsonBody(context);
  const id = textField(given, "id", parameterInvalid) || randomUUID();
  if (recordsOf(context).has(id)) {
    throw new ServiceError(400, "ResourceRecordAlreadyExist", `resource record ${id} already exists`);
  }
  keep(context, read(given, id));
  return {};
}

/** `{records: [...]}`: each is made or changed; none when one of them is wrong. */
function upsert(context: SlsContext): object {
  const bodies = listField(jsonBody(context), "records", parameterInvalid).map((one) => {
    if (!isObject(one)) throw parameterInvalid("records must be a list of objects");
    return read(one, textField(one, "id", parameterInvalid) || randomUUID());
  });
  for (const body of bodies) keep(context, body);
  return {};
}

const idsOf = ({ query }: SlsContext): readonly string[] | undefined => query["ids"]?.split(",");

function list(context: SlsContext): object {
  const { tag } = context.query;
  const ids = idsOf(context);
  const found = [...recordsOf(context).values()].filter(
    ({ body }) => (tag === undefined || body["tag"] === tag) && (ids === undefined || ids.includes(String(body["id"]))),
  );
  const { items, ...counts } = page(context, found, 100);
  return { ...counts, items: items.map(describe) };
}

function remove(context: SlsContext): object {
  const ids = idsOf(context);
  if (ids === undefined) throw parameterInvalid("ids must be given");
  const records = recordsOf(context);
  const missing = ids.find((id) => !records.has(id));
  if (missing !== undefined) throw recordNotExist(missing);
  for (const id of ids) records.delete(id);
  return {};
}

const all = "/resources/{name}/records";
const one = `${all}/{record}`;
const scope = "account";

export const resourceRecordOperations: readonly Operation[] = [
  { name: "CreateResourceRecord", method: "POST", path: all, scope, handle: create },
  { name: "UpsertResourceRecord", method: "PUT", path: all, scope, handle: upsert },
  {
    name: "ListResourceRecords",
    method: "GET",
    path: all,
    scope,
    handle: (context) => ({ json: list(context) }),
  },
  { name: "DeleteResourceRecord", method: "DELETE", path: all, scope, handle: remove },
  {
    name: "GetResourceRecord",
    method: "GET",
    path: one,
    scope,
    handle: (context) => ({ json: describe(recordOf(context)) }),
  },
  {
    name: "UpdateResourceRecord",
    method: "PUT",
    path: one,
    scope,
    handle: (context) => {
      const { body } = recordOf(context);
      keep(context, read({ ...body, ...jsonBody(context) }, String(body["id"])));
      return {};
    },
  },
];
