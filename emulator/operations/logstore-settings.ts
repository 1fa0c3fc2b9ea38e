/** What is set of a logstore by calls of their own. Source: SLS API reference, UpdateLogStoreMeteringMode, UpdateLogStoreEncryption. */
import { objectField, textField, type Json } from "../sls/fields";
import { jsonBody, logstoreOf, unixSeconds, type Operation, type SlsContext } from "../sls/context";
import { parameterInvalid } from "../sls/service-error";
import { notExist, shelfOf } from "./kept";
import { updateLogstore } from "./logstores";
import { ingestProcessors } from "./processors";

function setMeteringMode(context: SlsContext): object {
  const mode = String(jsonBody(context)["meteringMode"]);
  if (mode !== "ChargeByFunction" && mode !== "ChargeByDataIngest")
    throw parameterInvalid(`Invalid meteringMode ${mode}`);
  logstoreOf(context).meteringMode = mode;
  return {};
}

/** Kept as the logstore's `encrypt_conf`, in whose spelling it is read. */
function setEncryption(context: SlsContext): object {
  const given = jsonBody(context);
  const { enable, encryptType, userCmkInfo } = given;
  if (typeof enable !== "boolean") throw parameterInvalid("enable must be true or false");
  const former = logstoreOf(context).body.encrypt_conf ?? {};
  const encrypt_conf = {
    ...former,
    enable,
    ...(encryptType === undefined ? {} : { encrypt_type: encryptType }),
    ...(userCmkInfo === undefined ? {} : { user_cmk_info: cmkOf(objectField(given, "userCmkInfo", parameterInvalid)) }),
  };
  return updateLogstore(context, { encrypt_conf });
}

function cmkOf(given: Json): object {
  const { keyId, roleArn, regionId } = given;
  return { cmk_key_id: keyId, arn: roleArn, region_id: regionId };
}

function setModification(context: SlsContext): object {
  const { enabled } = jsonBody(context);
  if (typeof enabled !== "boolean") throw parameterInvalid("enabled must be true or false");
  return updateLogstore(context, { enableModify: enabled });
}

/** An empty name takes the processor away. */
function setProcessor(context: SlsContext): object {
  const name = textField(jsonBody(context), "processorName", parameterInvalid);
  if (name !== "" && !shelfOf(context, ingestProcessors).has(name)) throw notExist(ingestProcessors.noun, name);
  const logstore = logstoreOf(context);
  const { processorId: _, ...body } = logstore.body;
  logstore.body = name === "" ? body : { ...body, processorId: name };
  logstore.lastModifyTime = unixSeconds(context.now);
  return {};
}

/** The same calls for logstores and for metric stores. */
const settingsOf = (noun: "LogStore" | "MetricStore", path: string): readonly Operation[] => [
  {
    name: `Get${noun}MeteringMode`,
    method: "GET",
    path: `${path}/meteringmode`,
    handle: (context) => ({ json: { meteringMode: logstoreOf(context).meteringMode } }),
  },
  { name: `Update${noun}MeteringMode`, method: "PUT", path: `${path}/meteringmode`, handle: setMeteringMode },
  { name: `Update${noun}Processor`, method: "POST", path: `${path}/processor`, handle: setProcessor },
];

export const logstoreSettingOperations: readonly Operation[] = [
  ...settingsOf("LogStore", "/logstores/{logstore}"),
  ...settingsOf("MetricStore", "/metricstores/{logstore}"),
  { name: "UpdateLogStoreEncryption", method: "PUT", path: "/logstores/{logstore}/encryption", handle: setEncryption },
  {
    name: "UpdateLogStoreModification",
    method: "PUT",
    path: "/logstores/{logstore}/modification",
    handle: setModification,
  },
];
