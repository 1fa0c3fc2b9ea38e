import { isJson, oneOfIn } from "../kind";
import { sameJson } from "../json-text";
import { restKind } from "../rest-kind";
import { block, fields, jsonText } from "../shape";

const contentDetail = "configuration.sink.content_detail";

export const slsOssExportSink = restKind({
  type: "alicloud_sls_oss_export_sink",
  project: "project",
  name: "job_name",
  path: "/ossexports",
  noun: "OSSExport",
  gone: ["JobNotExist"],
  checks: [oneOfIn("configuration.sink.path_format_type", ["time"]), isJson(contentDetail, "object")],
  unchanged: { [contentDetail]: sameJson },
  shape: {
    ...fields("display_name", "description", "create_time", "status"),
    configuration: block("configuration", {
      ...fields("from_time", "to_time", "logstore", "role_arn"),
      sink: block("sink", {
        ...fields("bucket", "buffer_interval", "buffer_size", "compression_type", "content_type", "delay_seconds"),
        ...fields("endpoint", "path_format", "path_format_type", "prefix", "role_arn", "suffix", "time_zone"),
        content_detail: jsonText("contentDetail", "text"),
      }),
    }),
  },
  body: (_planned, { createTime: _c, status: _s, ...body }) => body,
});
