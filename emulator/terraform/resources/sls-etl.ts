import { oneOfIn } from "../kind";
import { restKind } from "../rest-kind";
import { block, blocks, fields } from "../shape";

export const slsEtl = restKind({
  type: "alicloud_sls_etl",
  project: "project",
  name: "job_name",
  path: "/etls",
  noun: "ETL",
  gone: ["JobNotExist"],
  checks: [oneOfIn("configuration.lang", ["SPL"])],
  forceNew: ["to_time", "from_time", "logstore"].map((name) => `configuration.${name}`),
  shape: {
    ...fields("display_name", "description", "create_time", "status"),
    configuration: block("configuration", {
      ...fields("from_time", "to_time", "lang", "logstore", "parameters", "role_arn", "script"),
      sink: blocks("sinks", fields("datasets", "endpoint", "logstore", "name", "project", "role_arn")),
    }),
  },
  body: (_planned, { createTime: _c, status: _s, ...body }) => body,
});
