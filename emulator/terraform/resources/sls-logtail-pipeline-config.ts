import { restKind } from "../rest-kind";
import { field, fields, type Json } from "../shape";
import { isMap, type Value, type ValueMap } from "../values";

/** Plugins are maps of texts on Terraform's side: what reads as JSON, a number or a truth value is sent as that. */
function typed(text: unknown): unknown {
  if (typeof text !== "string") return text;
  if (text === "true" || text === "false") return text === "true";
  if (/^\[.*\]$|^\{.*\}$/s.test(text)) {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return text;
    }
  }
  // As Go's ParseInt and ParseFloat take them, but for the words for what is no number.
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : text;
}

const untyped = (value: unknown): Value => (typeof value === "string" ? value : JSON.stringify(value));

type Change = (value: unknown) => unknown;
const inEach = (value: unknown, change: Change): unknown => {
  if (Array.isArray(value)) return value.map((one) => inEach(one, change));
  if (!isMap(value as Value)) return value;
  return Object.fromEntries(Object.entries(value as Json).map(([name, member]) => [name, change(member)]));
};

export const slsLogtailPipelineConfig = restKind({
  type: "alicloud_sls_logtail_pipeline_config",
  project: "project",
  name: "config_name",
  path: "/pipelineconfigs",
  noun: "LogtailPipelineConfig",
  nameMember: "configName",
  gone: ["ConfigNotExist"],
  shape: {
    ...fields("aggregators", "flushers", "inputs", "processors", "task", "log_sample"),
    globals: field("global"),
  },
  body: (_planned, body) =>
    Object.fromEntries(Object.entries(body).map(([name, value]) => [name, inEach(value, typed)])),
  found: (_json, attributes): ValueMap => {
    // What the service does not name keeps its value, as in the real provider.
    const named = Object.entries(attributes).filter(([name, value]) => value !== null || name === "log_sample");
    return Object.fromEntries(named.map(([name, value]) => [name, inEach(value, untyped) as Value]));
  },
});
