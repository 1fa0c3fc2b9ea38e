import { type Operation, type SlsContext, type SlsReply } from "../sls/context";
import { parameterInvalid } from "../sls/service-error";
import { askedOf, progressOf, searchFor } from "./get-logs";

/** At most this many intervals where the caller does not say how long they are; the service picks a round length. */
const maxIntervals = 60;
/** No reply holds more: a range of years by the second would fill the memory. */
const mostIntervals = 10_000;

function histograms(context: SlsContext): SlsReply {
  const asked = askedOf({ ...context.query, line: 0 });
  const wanted = Number(context.query["interval"]);
  const width = wanted > 0 ? Math.floor(wanted) : Math.max(1, Math.ceil((asked.to - asked.from) / maxIntervals));
  if ((asked.to - asked.from) / width > mostIntervals) {
    throw parameterInvalid(`interval ${width} cuts the range into more than ${mostIntervals} parts`);
  }
  const search = searchFor(context, asked);
  const progress = progressOf(search);
  const counts = search.histogram(asked.from, width, Math.ceil((asked.to - asked.from) / width));
  const bars = counts.map((count, i) => {
    const from = asked.from + i * width;
    return { from, to: Math.min(from + width, asked.to), count, progress };
  });
  const total = counts.reduce((sum, count) => sum + count, 0);
  return { json: bars, headers: { "x-log-progress": progress, "x-log-count": String(total) } };
}

const name = "GetLogStoreHistogram";
const type = ["histogram"];

export const getHistograms: readonly Operation[] = [
  { name, method: "GET", path: "/logstores/{logstore}", type, handle: histograms },
  { name, method: "GET", path: "/logstores/{logstore}/index", type, handle: histograms },
];
