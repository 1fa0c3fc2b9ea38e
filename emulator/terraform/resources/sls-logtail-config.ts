import { oneOf } from "../kind";
import { restKind } from "../rest-kind";
import { block, fields, jsonText } from "../shape";

export const slsLogtailConfig = restKind({
  type: "alicloud_sls_logtail_config",
  project: "project_name",
  name: "logtail_config_name",
  path: "/configs",
  noun: "Config",
  nameMember: "configName",
  gone: ["ConfigNotExist"],
  updates: false,
  checks: [oneOf("input_type", ["plugin", "file"])],
  shape: {
    ...fields("create_time", "input_type", "last_modify_time", "log_sample", "output_type"),
    input_detail: jsonText("inputDetail"),
    output_detail: block("outputDetail", fields("logstore_name", "endpoint", "region")),
  },
});
