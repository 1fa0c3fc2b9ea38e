/** Web tracking: logs from browsers, without a signature, where the logstore allows it. */
import type { LogContent, LogGroup } from "../../sls/model/log";
import { encodeLogGroup } from "../../sls/wire/log-group";
import { logstoreOf, unixSeconds, type Operation, type SlsContext, type SlsReply } from "../sls/context";
import { postBodyInvalid, unauthorized } from "../sls/service-error";
import { jsonLogGroup } from "./json-log-group";
import { rawBody, storeLogs } from "./put-logs";

const maxQuery = 16 * 1024;
/** The smallest GIF: one transparent pixel. */
const pixel = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");

function allowed(context: SlsContext): void {
  if (logstoreOf(context).body.enable_tracking !== true) {
    throw unauthorized("denied by sts or ram, web tracking is not enabled for this logstore");
  }
}

function store(context: SlsContext, group: LogGroup): void {
  storeLogs(context, encodeLogGroup(group));
}

function post(context: SlsContext): SlsReply {
  allowed(context);
  const now = unixSeconds(context.now);
  const group = jsonLogGroup(rawBody(context).toString("utf8"), now);
  // The server's time is used, whatever the browser's clock says.
  store(context, { ...group, logs: group.logs.map((log) => ({ ...log, time: now })) });
  return {};
}

/** One log in the query; what `track_ua` adds comes from the headers. */
function get(agent: boolean): (context: SlsContext) => SlsReply {
  return (context) => {
    allowed(context);
    const { APIVersion: _version, __topic__: topic = "", ...fields } = context.query;
    const contents: LogContent[] = Object.entries(fields);
    if (JSON.stringify(fields).length > maxQuery) throw postBodyInvalid("the query must be at most 16 KB");
    if (agent) {
      contents.push(
        ["__userAgent__", context.headers["user-agent"] ?? ""],
        ["__referer__", context.headers["referer"] ?? ""],
      );
    }
    store(context, { topic, logs: [{ time: unixSeconds(context.now), contents }] });
    return { bytes: pixel, headers: { "content-type": "image/gif" } };
  };
}

const name = "WebTracking";
const anonymous = true;
const path = "/logstores/{logstore}/track";

export const webTrackingOperations: readonly Operation[] = [
  { name, method: "POST", path, anonymous, handle: post },
  { name, method: "GET", path, anonymous, handle: get(false) },
  { name, method: "GET", path: `${path}.gif`, anonymous, handle: get(false) },
  { name, method: "GET", path: `${path}_ua.gif`, anonymous, handle: get(true) },
];
