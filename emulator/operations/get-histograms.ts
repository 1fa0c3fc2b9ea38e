import { type Operation, type SlsContext, type SlsReply } from "../sls/context";
import { askedOf, matching } from "./get-logs";

/** At most this many intervals; the service picks a round length. */
const maxIntervals = 60;

function histograms(context: SlsContext): SlsReply {
  const asked = askedOf({ ...context.query, line: 0 });
  const found = matching(context, asked);
  const wanted = Number(context.query["interval"]);
  const width = wanted > 0 ? Math.floor(wanted) : Math.max(1, Math.ceil((asked.to - asked.from) / maxIntervals));
  const bars = [];
  for (let from = asked.from; from < asked.to; from += width) {
    bars.push({ from, to: Math.min(from + width, asked.to), count: 0, progress: "Complete" });
  }
  for (const { log } of found) {
    const bar = bars[Math.floor((log.time - asked.from) / width)];
    if (bar) bar.count++;
  }
  return { json: bars, headers: { "x-log-progress": "Complete", "x-log-count": String(found.length) } };
}

const name = "GetLogStoreHistogram";
const type = ["histogram"];

export const getHistograms: readonly Operation[] = [
  { name, method: "GET", path: "/logstores/{logstore}", type, handle: histograms },
  { name, method: "GET", path: "/logstores/{logstore}/index", type, handle: histograms },
];
