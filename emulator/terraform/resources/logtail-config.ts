import type { Cloud } from "../cloud";
import { isGone, UserError } from "../errors";
import { changes, idParts, oneOf, type ResourceKind } from "../kind";
import { normalised, normalJson, parsed, type JsonObject } from "../json-text";
import { textOf, type ValueMap } from "../values";
import { untilGone } from "../wait";
import { completed } from "./logtail-input-detail";

const type = "alicloud_logtail_config";
const idForm = "project:logstore:name";
const place = (id: string): { project: string; logstore: string; name: string; path: string } => {
  const [project = "", logstore = "", name = ""] = idParts(id, idForm);
  return { project, logstore, name, path: `/configs/${name}` };
};

interface FoundConfig {
  readonly configName: string;
  readonly logSample?: string;
  readonly inputType: string;
  readonly inputDetail: JsonObject;
  readonly outputType: string;
  readonly lastModifyTime?: number;
}

function bodyOf(planned: ValueMap): object {
  const inputType = textOf(planned["input_type"]);
  const detail = completed(inputType, parsed(textOf(planned["input_detail"])) ?? {});
  if (detail instanceof Error)
    throw new UserError(`${type}: input_detail does not fit`, detail.message, "input_detail");
  return {
    configName: textOf(planned["name"]),
    logSample: textOf(planned["log_sample"]),
    inputType,
    inputDetail: detail,
    outputType: textOf(planned["output_type"]),
    outputDetail: {
      projectName: textOf(planned["project"]),
      logstoreName: textOf(planned["logstore"]),
      compressType: "",
    },
  };
}

async function find(cloud: Cloud, id: string): Promise<FoundConfig | undefined> {
  const { project, path } = place(id);
  try {
    const found = await cloud.sls({ call: "GetConfig", method: "GET", project, path });
    return found["configName"] ? (found as unknown as FoundConfig) : undefined;
  } catch (error) {
    if (isGone(error, "ProjectNotExist", "LogStoreNotExist", "ConfigNotExist")) return undefined;
    throw error;
  }
}

/** The state keeps the user's own text for as long as nobody else changed the config; then it takes the service's, for the keys that the user named. */
function inputDetail(found: FoundConfig, state: ValueMap): string {
  const text = textOf(state["input_detail"]);
  const modified = textOf(state["last_modify_time"]);
  if (modified !== "" && modified === String(found.lastModifyTime ?? 0)) return text;
  const named = parsed(text);
  const kept = Object.entries(found.inputDetail).filter(([key]) => named === undefined || key in named);
  return normalJson(Object.fromEntries(kept));
}

export const logtailConfig: ResourceKind = {
  type,
  idForm,
  forceNew: ["project", "logstore", "name", "output_type"],
  spelling: { input_detail: normalised },
  checks: [
    (config) => {
      const problem = oneOf("input_type", ["file", "plugin"])(config);
      const hint = " A syslog config is made by the deploy step: declare a LogtailConfig and run `cdktf-sls deploy`.";
      return problem && { ...problem, message: problem.message + (config["input_type"] === "syslog" ? hint : "") };
    },
    oneOf("output_type", ["LogService"]),
    ({ input_detail: detail }) =>
      typeof detail === "string" && parsed(detail) === undefined
        ? { attribute: "input_detail", message: "input_detail must be a JSON object; jsonencode({ ... }) makes one." }
        : undefined,
  ],

  async create(cloud, planned) {
    const [project, logstore, name] = ["project", "logstore", "name"].map((key) => textOf(planned[key]));
    const body = bodyOf(planned);
    await cloud.sls({ call: "CreateConfig", method: "POST", project: project ?? "", path: "/configs", body });
    return `${project}:${logstore}:${name}`;
  },

  async update(cloud, id, planned, prior) {
    const names = ["input_type", "input_detail", "log_sample"];
    if (prior === undefined || !names.some((name) => changes(name, planned, prior))) return;
    const { project, path } = place(id);
    await cloud.sls({ call: "UpdateConfig", method: "PUT", project, path, body: bodyOf(planned) });
  },

  async read(cloud, id, state) {
    const found = await find(cloud, id);
    if (found === undefined) return undefined;
    const { project, logstore } = place(id);
    return {
      project,
      logstore,
      name: found.configName,
      input_type: found.inputType,
      input_detail: inputDetail(found, state),
      log_sample: found.logSample ?? "",
      output_type: found.outputType,
      last_modify_time: String(found.lastModifyTime ?? 0),
    };
  },

  async remove(cloud, id) {
    const { project, path } = place(id);
    try {
      await cloud.sls({ call: "DeleteConfig", method: "DELETE", project, path });
    } catch (error) {
      if (isGone(error, "ProjectNotExist", "LogStoreNotExist", "ConfigNotExist")) return;
      throw error;
    }
    await untilGone("DeleteConfig", () => find(cloud, id));
  },
};
