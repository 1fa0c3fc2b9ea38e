/** Requests, bodies and words as no client should send them. */
import { operations } from "../../emulator/operations";
import type { RawRequest } from "../support/raw-request";
import fc from "../support/property";

const [project, logstore] = ["test-project", "test-logstore"];
const now = Math.floor(Date.now() / 1000);

const odd = fc.constantFrom(
  "",
  "..",
  "%",
  "%zz",
  "%00",
  "a".repeat(300),
  "任务",
  "*",
  "-1",
  "9".repeat(30),
  "null",
  "{}",
  "[]",
  "__proto__",
  "constructor",
);
export const word = fc.oneof(
  odd,
  fc.string({ maxLength: 12 }),
  fc.constantFrom(logstore, project, "0", "1", "g1", "c1"),
);
const segment = word.map((text) => encodeURIComponent(text) || "x");
const fields = [
  ...[
    "projectName",
    "description",
    "logstoreName",
    "ttl",
    "shardCount",
    "autoSplit",
    "maxSplitShard",
    "mode",
    "telemetryType",
    "hot_ttl",
    "encrypt_conf",
  ],
  ...[
    "line",
    "keys",
    "token",
    "max_text_len",
    "groupName",
    "machineIdentifyType",
    "groupAttribute",
    "machineList",
    "configName",
    "inputType",
    "inputDetail",
  ],
  ...[
    "outputType",
    "outputDetail",
    "logSample",
    "resourceType",
    "resourceId",
    "tags",
    "consumerGroup",
    "timeout",
    "order",
    "shard",
    "checkpoint",
  ],
  ...[
    "from",
    "to",
    "query",
    "topic",
    "offset",
    "reverse",
    "__logs__",
    "__topic__",
    "__tags__",
    "__time__",
    "type",
    "__proto__",
  ],
];
const anyValue = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<unknown>(
      null,
      true,
      0,
      -1,
      1e308,
      0.5,
      now,
      3650,
      "text",
      "syslog",
      "file",
      "plugin",
      "userdefined",
      "LogService",
    ),
    word,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...fields), tie("value"), { maxKeys: 5 }),
  ),
})).value;
const body = fc.oneof(
  anyValue,
  fc.dictionary(fc.constantFrom(...fields), anyValue, { maxKeys: 8 }),
  fc.string(),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.constant(undefined),
);
const queryNames = [
  "type",
  "from",
  "to",
  "query",
  "line",
  "offset",
  "size",
  "reverse",
  "cursor",
  "count",
  "action",
  "key",
  "consumer",
  "shard",
];
const moreNames = [
  "resourceType",
  "resourceId",
  "tags",
  "nextToken",
  "interval",
  "pack_id",
  "pack_meta",
  "back_lines",
  "end_cursor",
  "APIVersion",
];
const types = [
  "log",
  "logs",
  "histogram",
  "cursor",
  "cursor_time",
  "context_log",
  "heartbeat",
  "checkpoint",
  "all",
  "topic",
];
const query = fc
  .tuple(
    fc.dictionary(fc.constantFrom(...queryNames, ...moreNames), word, { maxKeys: 6 }),
    fc.option(fc.constantFrom(...types), { nil: undefined }),
  )
  .map(([given, type]) => (type === undefined ? given : { ...given, type }));
const headers = fc.dictionary(
  fc.constantFrom(
    "x-log-compresstype",
    "x-log-bodyrawsize",
    "x-log-hashkey",
    "x-log-apiversion",
    "accept-encoding",
    "x-log-mode",
    "content-type",
  ),
  fc.oneof(
    fc.constantFrom(
      "lz4",
      "zstd",
      "deflate",
      "gzip",
      "none",
      "0",
      "-5",
      "1e9",
      "99999999999",
      "application/json",
      "application/x-protobuf",
    ),
    fc.string({ maxLength: 20 }).map((text) => text.replace(/[^\x20-\x7e]/g, "x").trim()),
  ),
  { maxKeys: 4 },
);
const routes = operations.map(({ method, path }) => ({ method, path }));
export const request: fc.Arbitrary<RawRequest> = fc
  .record({
    route: fc.constantFrom(...routes),
    parts: fc.array(segment, { minLength: 4, maxLength: 4 }),
    own: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    other: fc.option(fc.constantFrom("GET", "POST", "PUT", "DELETE", "HEAD", "PATCH"), { nil: undefined, freq: 10 }),
    ofProject: fc.boolean(),
    query,
    headers,
    body,
  })
  .map(({ route, parts, own, other, ofProject, body: sent, ...rest }) => {
    let n = 0;
    const path = route.path.replace(/\{(\w+)\}/g, (_all, name: string) => {
      const known = name === "logstore" ? "fuzzed-store" : name === "shard" ? "0" : undefined;
      const part = known !== undefined && own[n] ? known : (parts[n] ?? "x");
      n++;
      return part;
    });
    const method = other ?? route.method;
    return {
      method,
      path,
      ...rest,
      ...(sent === undefined ? {} : { body: sent }),
      ...(ofProject ? { project: "fuzzed-project" } : {}),
    };
  });
