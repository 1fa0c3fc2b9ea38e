/** Collection policies: which cloud products' logs go where. Kept; no product writes here. Source: SLS API reference, UpsertCollectionPolicy. */
import { isObject, objectField, textField, type Json } from "../sls/fields";
import { jsonBody, page, unixSeconds, type Operation, type SlsContext } from "../sls/context";
import { parameterInvalid } from "../sls/service-error";
import { accountId } from "../store/access";
import { keptOf, shelfOf, type KeptOne } from "./kept";

const noun = { noun: "Policy", path: "collectionpolicy", scope: "account" } as const;
const modes = ["all", "instanceMode", "attributeMode"];

function read(given: Json): Json {
  const names = ["policyName", "productCode", "dataCode"].map((name) => [
    name,
    textField(given, name, parameterInvalid),
  ]);
  const missing = names.find(([, value]) => value === "")?.[0];
  if (missing !== undefined) throw parameterInvalid(`${missing} must be given`);
  if (!/^[a-z][a-z0-9_-]{2,62}$/.test(String(given["policyName"]))) {
    throw parameterInvalid("policyName must be 3 to 63 lower-case letters, digits, - and _, beginning with a letter");
  }
  if (typeof given["enabled"] !== "boolean") throw parameterInvalid("enabled must be true or false");
  const policyConfig = objectField(given, "policyConfig", parameterInvalid);
  const mode = textField(policyConfig, "resourceMode", parameterInvalid);
  if (!modes.includes(mode)) {
    throw parameterInvalid(`policyConfig.resourceMode must be one of ${modes.join(", ")}, got ${mode}`);
  }
  const centralizeConfig = objectField(given, "centralizeConfig", parameterInvalid);
  if (given["centralizeEnabled"] === true && Object.keys(centralizeConfig).length === 0) {
    throw parameterInvalid("centralizeConfig must be given where centralizeEnabled is true");
  }
  for (const name of ["dataConfig", "resourceDirectory"]) objectField(given, name, parameterInvalid);
  return given;
}

/** Logs that are kept by region lie in a project of the service's own. */
function describe({ body }: KeptOne): Json {
  const { dataConfig } = body;
  const region = isObject(dataConfig) ? dataConfig["dataRegion"] : undefined;
  const dataProject = `aliyun-product-data-${accountId}-${String(region)}`;
  return {
    centralizeEnabled: false,
    internalPolicy: false,
    ...body,
    policyUid: accountId,
    ...(region ? { dataConfig: { ...(dataConfig as Json), dataProject } } : {}),
  };
}

function upsert(context: SlsContext): object {
  const body = read(jsonBody(context));
  const policies = shelfOf(context, noun);
  const name = String(body["policyName"]);
  const former = policies.get(name);
  const fixed = ["productCode", "dataCode"].find((field) => former && former.body[field] !== body[field]);
  if (fixed !== undefined) {
    throw parameterInvalid(`${fixed} of ${name} is ${String(former?.body[fixed])} and cannot be changed`);
  }
  const seconds = unixSeconds(context.now);
  policies.set(name, { body, createTime: former?.createTime ?? seconds, lastModifyTime: seconds });
  return {};
}

function list(context: SlsContext): object {
  const { policyName = "", productCode, dataCode, instanceId, centralProject } = context.query;
  const found = [...shelfOf(context, noun).values()].filter(({ body }) => {
    const { instanceIds } = body["policyConfig"] as Json;
    const { destProject } = objectField(body, "centralizeConfig", parameterInvalid);
    return (
      String(body["policyName"]).includes(policyName) &&
      (productCode === undefined || body["productCode"] === productCode) &&
      (dataCode === undefined || body["dataCode"] === dataCode) &&
      (instanceId === undefined || (Array.isArray(instanceIds) && instanceIds.includes(instanceId))) &&
      (centralProject === undefined || destProject === centralProject)
    );
  });
  const { items, count, total } = page(context, found, 100);
  const codes = [...new Set(found.map(({ body }) => body["productCode"]))];
  const statistics = codes.map((code) => ({
    productCode: code,
    policySourceList: found
      .filter(({ body }) => body["productCode"] === code)
      .map(({ body }) => ({ policyName: body["policyName"], policyUid: accountId })),
  }));
  return { currentCount: count, totalCount: total, data: items.map(describe), statistics };
}

const [all, one] = ["/collectionpolicy", "/collectionpolicy/{name}"];

export const collectionPolicyOperations: readonly Operation[] = [
  { name: "UpsertCollectionPolicy", method: "POST", path: all, handle: upsert },
  { name: "ListCollectionPolicies", method: "GET", path: all, handle: (context) => ({ json: list(context) }) },
  {
    name: "GetCollectionPolicy",
    method: "GET",
    path: one,
    handle: (context) => ({ json: { collectionPolicy: describe(keptOf(context, noun)) } }),
  },
  {
    name: "DeleteCollectionPolicy",
    method: "DELETE",
    path: one,
    handle: (context) => {
      keptOf(context, noun);
      shelfOf(context, noun).delete(context.path["name"] ?? "");
      return {};
    },
  },
];
