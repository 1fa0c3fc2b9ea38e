import type { IndexBody } from "../../sls/model/log-index";
import { jsonBody, logstoreOf, unixSeconds, type Operation, type SlsContext } from "../sls/context";
import { parameterInvalid, ServiceError } from "../sls/service-error";

const infoInvalid = (message: string): ServiceError => new ServiceError(400, "IndexInfoInvalid", message);
const types = ["text", "long", "double", "json"];

function read(context: SlsContext): IndexBody {
  const body = jsonBody(context) as IndexBody;
  if (!body.line && !body.keys) throw infoInvalid("at least one of line and keys must be given");
  if (body.line && !Array.isArray(body.line.token))
    throw infoInvalid("required field token is lacking or of error format");
  for (const [name, key] of Object.entries(body.keys ?? {})) {
    if (!types.includes(key.type)) throw infoInvalid(`type of key ${name} must be one of ${types.join(", ")}`);
    if (key.type === "text" && !Array.isArray(key.token))
      throw infoInvalid("required field token is lacking or of error format");
  }
  const { max_text_len: length = 2048 } = body;
  if (length !== 0 && (length < 64 || length > 16384))
    throw infoInvalid("max_text_len must be within range [64, 16384]");
  return body;
}

function get(context: SlsContext): object {
  const { index, body } = logstoreOf(context);
  if (index === undefined) throw new ServiceError(404, "IndexConfigNotExist", "index config doesn't exist");
  const added = { ttl: body.ttl, storage: "pg", index_mode: "v2", lastModifyTime: index.lastModifyTime };
  return { log_reduce: false, max_text_len: 2048, ...index.body, ...added };
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
