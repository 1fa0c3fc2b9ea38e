import { maxTextLenProblem, type IndexBody } from "../../sls/model/log-index";
import { isObject, objectField, textListField } from "../sls/fields";
import { jsonBody, logstoreOf, unixSeconds, type Operation, type SlsContext } from "../sls/context";
import { parameterInvalid, ServiceError } from "../sls/service-error";

const infoInvalid = (message: string): ServiceError => new ServiceError(400, "IndexInfoInvalid", message);
const types = ["text", "long", "double", "json"];

function read(context: SlsContext): IndexBody {
  // Some clients send null for what is not given.
  const body = Object.fromEntries(Object.entries(jsonBody(context)).filter(([, value]) => value !== null));
  const { line, keys } = body;
  if (!line && !keys) throw infoInvalid("at least one of line and keys must be given");
  if (line !== undefined) checkTokens(objectField(body, "line", infoInvalid));
  for (const [name, key] of Object.entries(objectField(body, "keys", infoInvalid))) {
    if (!isObject(key) || !types.includes(String(key["type"])))
      throw infoInvalid(`type of key ${name} must be one of ${types.join(", ")}`);
    if (key["type"] === "text") checkTokens(key);
    objectField(key, "json_keys", infoInvalid);
  }
  // Go sends 0 for what is not given.
  if (body["max_text_len"] === 0) delete body["max_text_len"];
  const length = body["max_text_len"];
  if (length !== undefined && maxTextLenProblem(Number(length)) !== undefined)
    throw infoInvalid("max_text_len must be within range [64, 16384]");
  return body;
}

function checkTokens(words: Record<string, unknown>): void {
  const lacking = (): ServiceError => infoInvalid("required field token is lacking or of error format");
  if (!Array.isArray(words["token"])) throw lacking();
  for (const name of ["token", "include_keys", "exclude_keys"]) textListField(words, name, lacking);
}

function get(context: SlsContext): object {
  const { index, body } = logstoreOf(context);
  if (index === undefined) throw new ServiceError(404, "IndexConfigNotExist", "index config doesn't exist");
  const added = { ttl: body.ttl, storage: "pg", index_mode: "v2", lastModifyTime: index.lastModifyTime };
  // `max_text_len` only where it was given: a default here is a change that a Terraform plan can never settle.
  return { log_reduce: false, ...index.body, ...added };
}

export const indexOperations: readonly Operation[] = [
  {
    name: "CreateIndex",
    method: "POST",
    path: "/logstores/{logstore}/index",
    handle: (context) => {
      const logstore = logstoreOf(context);
      if (logstore.index !== undefined)
        throw new ServiceError(400, "IndexAlreadyExist", "log store index is already created");
      logstore.index = { body: read(context), lastModifyTime: unixSeconds(context.now) };
      return {};
    },
  },
  {
    name: "GetIndex",
    method: "GET",
    path: "/logstores/{logstore}/index",
    type: [""],
    handle: (context) => ({ json: get(context) }),
  },
  {
    name: "UpdateIndex",
    method: "PUT",
    path: "/logstores/{logstore}/index",
    handle: (context) => {
      const logstore = logstoreOf(context);
      if (logstore.index === undefined) throw parameterInvalid("log store index is not created");
      logstore.index = { body: read(context), lastModifyTime: unixSeconds(context.now) };
      return {};
    },
  },
  {
    name: "DeleteIndex",
    method: "DELETE",
    path: "/logstores/{logstore}/index",
    handle: (context) => {
      const logstore = logstoreOf(context);
      if (logstore.index === undefined) throw parameterInvalid("log store index is not created");
      logstore.index = undefined;
      return {};
    },
  },
];
