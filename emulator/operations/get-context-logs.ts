import { flatLog, Search } from "../search";
import { logstoreOf, unixSeconds, type Operation, type SlsContext } from "../sls/context";
import { ServiceError } from "../sls/service-error";
import { progressOf } from "./get-logs";
import { arrivedAt, packMetaOf } from "./pack-meta";

const maxLines = 100;
const packIdKey = "__tag__:__pack_id__";
const invalid = (message: string): ServiceError => new ServiceError(400, "InvalidParameter", message);

function linesOf({ query }: SlsContext, name: "back_lines" | "forward_lines"): number {
  const lines = Number(query[name] ?? 0);
  if (Number.isInteger(lines) && lines >= 0 && lines <= maxLines) return lines;
  throw invalid("back_lines or forward_lines must be postive.");
}

/** Logs that the same sender sent before and after one of its own: those that share the tag `__pack_id__`. */
function context(context: SlsContext): object {
  const logstore = logstoreOf(context);
  if (logstore.index === undefined) throw new ServiceError(400, "IndexConfigNotExist", "logstore without index config");
  const { pack_id: packId = "", pack_meta: packMeta = "" } = context.query;
  const [back, forward] = [linesOf(context, "back_lines"), linesOf(context, "forward_lines")];
  if (back + forward === 0) throw invalid("back_lines or forward_lines must be postive.");
  const start = arrivedAt(packMeta);
  if (start === undefined || packId === "") throw invalid("Invalid pack meta/id.");
  const query = { kind: "term", key: packIdKey, value: packId } as const;
  const wanted = { query, from: 0, to: Number.MAX_SAFE_INTEGER, topic: "" };
  const search = new Search(logstore, wanted, unixSeconds(context.now));
  const found = search.around(start, back, forward);
  if (found === undefined) throw invalid("Invalid pack meta/id.");
  return {
    progress: progressOf(search),
    total_lines: found.length,
    back_lines: found.filter(({ distance }) => distance < 0).length,
    forward_lines: found.filter(({ distance }) => distance > 0).length,
    logs: found.map(({ log, distance }) => ({
      __index_number__: String(distance),
      __pack_meta__: packMetaOf(log),
      ...flatLog(log),
    })),
  };
}

export const getContextLogs: Operation = {
  name: "GetContextLogs",
  method: "GET",
  path: "/logstores/{logstore}",
  type: ["context_log"],
  handle: (given) => ({ json: context(given) }),
};
