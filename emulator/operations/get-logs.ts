import { flatLog, parseQuery, Search } from "../search";
import { jsonBody, logstoreOf, unixSeconds, type Operation, type SlsContext } from "../sls/context";
import { ServiceError } from "../sls/service-error";
import { packMetaOf } from "./pack-meta";

/** What every query call asks for, from the query string or from a body. */
interface Asked {
  readonly from: number;
  readonly to: number;
  readonly topic: string;
  readonly query: string;
  /** Each log tells where it came, for GetContextLogs. */
  readonly withPackMeta: boolean;
  readonly line: number;
  readonly offset: number;
  readonly reverse: boolean;
}

const packMetaPipe = /\|\s*with_pack_meta\s*$/i;

const bad = (code: string, message: string): ServiceError => new ServiceError(400, code, message);

function whole(values: Readonly<Record<string, unknown>>, name: string, missing: number, code: string): number {
  const value = Number(values[name] ?? missing);
  if (!Number.isInteger(value) || value < 0)
    throw bad(code, `${name} must be a whole number from 0, got ${String(values[name])}`);
  return value;
}

export function askedOf(values: Readonly<Record<string, unknown>>): Asked {
  const from = whole(values, "from", -1, "ParameterInvalid");
  const to = whole(values, "to", -1, "ParameterInvalid");
  if (from >= to)
    throw bad("InvalidTimeRange", `request time range is invalid, from must be less than to, from ${from}, to ${to}`);
  const line = whole(values, "line", 100, "InvalidLine");
  if (line > 100) throw bad("InvalidLine", `line must be 0 to 100, got ${line}`);
  const query = String(values["query"] ?? "");
  const reverse = String(values["reverse"] ?? "false").toLowerCase();
  if (reverse !== "true" && reverse !== "false")
    throw bad("InvalidReverse", `reverse must be true or false, got ${reverse}`);
  return {
    from,
    to,
    topic: String(values["topic"] ?? ""),
    query: query.replace(packMetaPipe, ""),
    withPackMeta: packMetaPipe.test(query),
    line,
    offset: whole(values, "offset", 0, "InvalidOffset"),
    reverse: reverse === "true",
  };
}

export function searchFor(context: SlsContext, asked: Asked): Search {
  const logstore = logstoreOf(context);
  if (logstore.index === undefined) throw bad("IndexConfigNotExist", "logstore without index config");
  const { from, to, topic } = asked;
  return new Search(logstore, { query: parseQuery(asked.query), from, to, topic }, unixSeconds(context.now));
}

export const progressOf = ({ complete }: Search): string => (complete ? "Complete" : "Incomplete");

function pageOf(context: SlsContext, asked: Asked): { logs: Record<string, string>[]; progress: string } {
  const search = searchFor(context, asked);
  const found = search.page(asked.offset, asked.line, asked.reverse);
  const logs = found.map((log) => ({
    ...(asked.withPackMeta ? { __pack_meta__: packMetaOf(log) } : {}),
    ...flatLog(log),
  }));
  return { logs, progress: progressOf(search) };
}

const name = "GetLogStoreLogs";

/** GetLogs v1: an array. */
export const getLogsByGet: Operation = {
  name,
  method: "GET",
  path: "/logstores/{logstore}",
  type: ["log"],
  handle: (context) => {
    const { logs, progress } = pageOf(context, askedOf(context.query));
    const headers = {
      "x-log-progress": progress,
      "x-log-count": String(logs.length),
      "x-log-processed-rows": String(logs.length),
      "x-log-elapsed-millisecond": "1",
      "x-log-has-sql": "false",
      "x-log-agg-query": "",
      // A header holds no Chinese.
      "x-log-where-query": encodeURIComponent(context.query["query"] ?? ""),
      "x-log-cpu-sec": "0",
      "x-log-cpu-cores": "0",
    };
    return { json: logs, headers };
  },
};

/** GetLogs v2 and v3: meta and data, uncompressed. */
export const getLogsByPost: Operation = {
  name,
  method: "POST",
  path: "/logstores/{logstore}/logs",
  handle: (context) => {
    const asked = askedOf(jsonBody(context));
    const { logs, progress } = pageOf(context, asked);
    const meta = {
      progress,
      count: logs.length,
      aggQuery: "",
      whereQuery: asked.query,
      hasSQL: false,
      processedRows: logs.length,
      processedBytes: 0,
      elapsedMillisecond: 1,
      cpuSec: 0,
      cpuCores: 0,
      limited: 0,
      telementryType: "",
      powerSql: false,
      insertedSQL: "",
      keys: [],
      terms: [],
      mode: 0,
      isAccurate: true,
      columnTypes: [],
    };
    return { json: { meta, data: logs } };
  },
};
