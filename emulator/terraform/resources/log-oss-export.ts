import type { Cloud } from "../cloud";
import { isGone } from "../errors";
import { changes, idParts, oneOf, type ResourceKind } from "../kind";
import { field, fields, fromJson, toJson, type Json, type Shape } from "../shape";
import { isZero, mapsOf, textOf, textsOf, type Value, type ValueMap } from "../values";
import { untilGone } from "../wait";

const idForm = "project:logstore:export";
const place = (id: string): { project: string; logstore: string; name: string; path: string } => {
  const [project = "", logstore = "", name = ""] = idParts(id, idForm);
  return { project, logstore, name, path: `/jobs/${name}` };
};

const sinkShape: Shape = {
  ...fields("bucket", "prefix", "suffix", "buffer_interval", "buffer_size", "time_zone", "role_arn", "path_format"),
  ...fields("content_type"),
  compress_type: field("compressionType"),
};
const csvShape: Shape = {
  csv_config_delimiter: field("delimiter"),
  csv_config_header: field("header"),
  csv_config_linefeed: field("lineFeed"),
  csv_config_columns: field("columns"),
  csv_config_null: field("null"),
  csv_config_quote: field("quote"),
};

/** The arguments of the content type; those of the others are left alone. */
function contentDetail(planned: ValueMap): Json {
  switch (textOf(planned["content_type"])) {
    case "json":
      return { enableTag: planned["json_enable_tag"] === true };
    case "csv":
      return {
        ...toJson(planned, { ...csvShape, csv_config_escape: field("escape") }),
        columns: textsOf(planned["csv_config_columns"]),
      };
    default:
      return { columns: mapsOf(planned["config_columns"]).map(({ name = null, type = null }) => ({ name, type })) };
  }
}

function foundDetail(contentType: unknown, detail: Json): ValueMap {
  if (contentType === "json") return { json_enable_tag: detail["enableTag"] === true };
  if (contentType === "csv") return fromJson(detail, csvShape);
  return { config_columns: (detail["columns"] ?? []) as Value };
}

function bodyOf(planned: ValueMap): Json {
  const roleArn = textOf(planned["role_arn"]);
  return {
    name: textOf(planned["export_name"]),
    displayName: textOf(planned["display_name"]),
    description: "",
    type: "Export",
    schedule: { type: "Resident" },
    configuration: {
      fromTime: planned["from_time"] ?? 0,
      toTime: 0,
      logstore: textOf(planned["logstore_name"]),
      parameters: {},
      roleArn: textOf(planned["log_read_role_arn"]) || roleArn,
      version: "v2.0",
      sink: {
        prefix: "",
        suffix: "",
        compressionType: "",
        ...toJson(planned, sinkShape),
        type: "AliyunOSS",
        roleArn,
        pathFormatType: "time",
        contentDetail: contentDetail(planned),
      },
    },
  };
}

async function find(cloud: Cloud, id: string): Promise<Json | undefined> {
  const { project, path } = place(id);
  try {
    return await cloud.sls({ call: "GetExport", method: "GET", project, path });
  } catch (error) {
    if (isGone(error, "ProjectNotExist", "JobNotExist")) return undefined;
    throw error;
  }
}

const updatable = [
  ...["display_name", "from_time", "log_read_role_arn", "json_enable_tag", "csv_config_escape", "config_columns"],
  ...Object.keys({ ...sinkShape, ...csvShape }),
];

export const logOssExport: ResourceKind = {
  type: "alicloud_log_oss_export",
  idForm,
  forceNew: ["project_name", "logstore_name", "export_name"],
  checks: [
    oneOf("compress_type", ["none", "zstd", "gzip", "snappy"]),
    oneOf("content_type", ["json", "parquet", "csv", "orc"]),
  ],

  async create(cloud, planned) {
    const parts = ["project_name", "logstore_name", "export_name"].map((name) => textOf(planned[name]));
    const [project = ""] = parts;
    await cloud.sls({ call: "CreateExport", method: "POST", project, path: "/jobs", body: bodyOf(planned) });
    return parts.join(":");
  },

  async update(cloud, id, planned, prior) {
    if (prior === undefined || !updatable.some((name) => changes(name, planned, prior))) return;
    const { project, path } = place(id);
    const query = { action: "RESTART" };
    await cloud.sls({ call: "RestartExport", method: "PUT", project, path, query, body: bodyOf(planned) });
  },

  async read(cloud, id) {
    const job = await find(cloud, id);
    if (job === undefined) return undefined;
    const { project, logstore, name } = place(id);
    const configuration = (job["configuration"] ?? {}) as Json;
    const sink = (configuration["sink"] ?? {}) as Json;
    const detail = (sink["contentDetail"] ?? {}) as Json;
    const log_read_role_arn = textOf(configuration["roleArn"] as string);
    return {
      project_name: project,
      logstore_name: logstore,
      export_name: name,
      display_name: textOf(job["displayName"] as string),
      from_time: Number(configuration["fromTime"] ?? 0),
      ...(isZero(log_read_role_arn) ? {} : { log_read_role_arn }),
      ...fromJson(sink, sinkShape),
      ...foundDetail(sink["contentType"], detail),
    };
  },

  async remove(cloud, id) {
    const { project, path } = place(id);
    try {
      await cloud.sls({ call: "DeleteExport", method: "DELETE", project, path });
    } catch (error) {
      if (isGone(error, "ProjectNotExist", "JobNotExist")) return;
      throw error;
    }
    await untilGone("DeleteExport", () => find(cloud, id));
  },
};
