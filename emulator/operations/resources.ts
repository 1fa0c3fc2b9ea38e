/** Resources of the account (`/resources`): tables of records, such as alert policies and users. Source: SLS API reference, CreateResource. */
import { textField } from "../sls/fields";
import type { Operation } from "../sls/context";
import { parameterInvalid } from "../sls/service-error";
import { keptOperations, type KeptNoun, type KeptOne } from "./kept";
import { recordShelf } from "./resource-records";

const isJson = (text: string): boolean => {
  try {
    return typeof JSON.parse(text) === "object";
  } catch {
    return false;
  }
};

/** Clients parse `schema` and `acl` without a look. */
const describe = ({ body, createTime, lastModifyTime }: KeptOne): object => ({
  description: "",
  extInfo: "",
  ...body,
  schema: body["schema"] || '{"schema":[]}',
  acl: body["acl"] || "{}",
  createTime,
  lastModifyTime,
});

const resources: KeptNoun = {
  noun: "Resource",
  list: "ListResources",
  path: "resources",
  nameField: "name",
  scope: "account",
  maximum: 500,
  merges: true,
  problem(body) {
    const type = textField(body, "type", parameterInvalid);
    const schema = textField(body, "schema", parameterInvalid);
    const extInfo = textField(body, "extInfo", parameterInvalid);
    if (type === "") return "type must be given";
    if (schema !== "" && !isJson(schema)) return "schema must be the text of a JSON object";
    return extInfo === "" || isJson(extInfo) ? undefined : "extInfo must be the text of a JSON object";
  },
  describe,
  matches: (body, { names, type }) =>
    (names === undefined || names.split(",").includes(String(body["name"]))) &&
    (type === undefined || body["type"] === type),
  listed: (found) => ({ items: found.map(describe) }),
};

export const resourceOperations: readonly Operation[] = keptOperations(resources).map((operation) =>
  operation.name !== "DeleteResource"
    ? operation
    : {
        ...operation,
        handle: (context) => {
          const reply = operation.handle(context);
          recordShelf(context).clear();
          return reply;
        },
      },
);
