import type { Log, LogContent, LogGroup } from "../../sls/model/log";
import { isObject, listField, objectField, textField, type Json } from "../sls/fields";
import { postBodyInvalid } from "../sls/service-error";

/** A log's own time, where it tells one. */
function timeOf(log: Json, missing: number): number {
  const time = log["__time__"] ?? missing;
  if (typeof time === "number" && Number.isInteger(time) && time >= 0) return time;
  throw postBodyInvalid(`__time__ must be unix seconds, got ${JSON.stringify(time)}`);
}

function logOf(value: unknown, now: number): Log {
  if (!isObject(value)) throw postBodyInvalid("each of __logs__ must be an object");
  const contents = Object.keys(value)
    .filter((key) => key !== "__time__" && key !== "__time_ns_part__")
    .map((key): LogContent => [key, textField(value, key, postBodyInvalid)]);
  const ns = value["__time_ns_part__"];
  return { time: timeOf(value, now), ...(typeof ns === "number" ? { timeNs: ns } : {}), contents };
}

/** `{"__topic__", "__source__", "__tags__": {}, "__logs__": [{"__time__", key: value}]}`; a log without a time gets `now`. */
export function jsonLogGroup(text: string, now: number): LogGroup {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw postBodyInvalid("The body is not valid json string.");
  }
  if (!isObject(body)) throw postBodyInvalid("The body must be a JSON object.");
  const tags = objectField(body, "__tags__", postBodyInvalid);
  return {
    topic: textField(body, "__topic__", postBodyInvalid),
    source: textField(body, "__source__", postBodyInvalid),
    tags: Object.keys(tags).map((key) => [key, textField(tags, key, postBodyInvalid)] as const),
    logs: listField(body, "__logs__", postBodyInvalid).map((log) => logOf(log, now)),
  };
}
