/**
 * Whatever is sent, the local cloud answers with what the service could answer: no 500 (which clients repeat), no hang, no crash, errors well formed,
 * memory bounded, and what was stored before is there after it. Seeds are random; a failure prints its own.
 */
import { connect } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeLogGroup } from "../../sls";
import { lz4Compress, lz4Decompress } from "../../sls/wire/lz4";
import { checkLogGroup } from "../../emulator/store/log-group-bytes";
import { decodeLogGroup } from "../../sls/wire/log-group";
import { operations } from "../../emulator/operations";
import { clientOf, testCloud, withLogstore, writerOf, type TestCloud } from "../support/local-cloud";
import { rawRequest, type RawReply, type RawRequest } from "../support/raw-request";
import { rpc } from "../support/rpc";

const [project, logstore] = ["test-project", "test-logstore"];
const patience = 2000;
const now = Math.floor(Date.now() / 1000);
let cloud: TestCloud;

beforeAll(async () => {
  cloud = await testCloud();
  await withLogstore(cloud);
  const writer = writerOf(cloud);
  await writer.putLogs(project, logstore, {
    topic: "kept",
    source: "",
    logs: [{ time: now, contents: [["msg", "the one that stays"]] }],
  });
  writer.close();
});
afterAll(() => cloud.close());

async function answered(work: () => Promise<RawReply>): Promise<RawReply> {
  const begin = performance.now();
  const reply = await work();
  expect(performance.now() - begin).toBeLessThan(patience);
  return reply;
}

/** 200, or an error as the service writes it, of which the client is the cause. */
function expectWellFormed({ status, headers, text, errorCode, errorMessage }: RawReply, asked: unknown): void {
  const shown = `${JSON.stringify(asked)?.slice(0, 500)} -> ${status} ${text.slice(0, 500)}`;
  expect(headers["x-log-requestid"], shown).toMatch(/^[0-9A-F]{24}$/);
  if (status === 200) return;
  expect(status >= 400 && status < 500, shown).toBe(true);
  expect(headers["content-type"], shown).toMatch(/^application\/json/);
  expect(errorCode, shown).toMatch(/^\w+$/);
  expect(errorMessage?.length, shown).toBeGreaterThan(0);
}

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
const word = fc.oneof(odd, fc.string({ maxLength: 12 }), fc.constantFrom(logstore, project, "0", "1", "g1", "c1"));
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
const request: fc.Arbitrary<RawRequest> = fc
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

describe("the local cloud answers", () => {
  test("any request to any operation", { timeout: 120_000 }, async () => {
    const client = clientOf(cloud);
    await client.createProject("fuzzed-project", { description: "" }).catch(() => undefined);
    await client.createLogStore("fuzzed-project", "fuzzed-store", { ttl: 1, shardCount: 1 }).catch(() => undefined);
    client.close();
    await fc.assert(
      fc.asyncProperty(request, async (asked) => {
        if (asked.method === "DELETE" && asked.path === "/") return;
        const reply = await answered(() => rawRequest(cloud, asked));
        if (asked.method !== "HEAD") expectWellFormed(reply, asked);
      }),
      { numRuns: 3000 },
    );
  });

  test("any query, in time", { timeout: 60_000 }, async () => {
    const piece = fc.constantFrom(
      ...[
        "and",
        "or",
        "not",
        "in",
        "(",
        ")",
        "[",
        "]",
        ":",
        "=",
        ">",
        ">=",
        "<",
        "<=",
        "*",
        "?",
        '"',
        '#"',
        "\\",
        "|",
        "#",
        ",",
        " ",
        "\t",
      ],
      ...[
        "msg",
        "status",
        "__topic__",
        "__tag__:x",
        "the",
        "stays",
        "*a*b*c*",
        "200",
        "-1",
        "任务",
        "select count(1)",
        "with_pack_meta",
      ],
    );
    const text = fc.oneof(
      fc.array(piece, { maxLength: 30 }).map((all) => all.join(" ")),
      fc.array(piece, { maxLength: 30 }).map((all) => all.join("")),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom("log", "histogram"), async (asked, type) => {
        const from = String(now - 60);
        const given = { type, query: asked, from, to: String(now + 60) };
        expectWellFormed(
          await answered(() => rawRequest(cloud, { path: `/logstores/${logstore}`, query: given, project })),
          asked,
        );
      }),
      { numRuns: 1500 },
    );
    const deep = `${"(".repeat(5000)}a${")".repeat(5000)}`;
    const long = Array.from({ length: 3000 }, (_, i) => `w${i}`).join(" or ");
    for (const asked of [deep, long, "not ".repeat(900) + "a", "*a".repeat(400) + "*b", `"${"x".repeat(100_000)}"`]) {
      const post = { from: now - 60, to: now + 60, query: asked };
      expectWellFormed(
        await answered(() =>
          rawRequest(cloud, { method: "POST", path: `/logstores/${logstore}/logs`, body: post, project }),
        ),
        asked.slice(0, 50),
      );
    }
  });

  test("any bytes as logs", { timeout: 60_000 }, async () => {
    const good = encodeLogGroup({
      topic: "t",
      source: "s",
      tags: [["k", "v"]],
      logs: Array.from({ length: 5 }, (_, i) => ({
        time: now,
        timeNs: i,
        contents: [
          ["key", `value ${i}`],
          ["任务", "x"],
        ],
      })),
    });
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 }).map((changes) => {
        const changed = Uint8Array.from(good);
        for (const [at, byte] of changes) changed[at] = byte;
        return changed;
      }),
      fc.nat(good.length).map((size) => good.subarray(0, size)),
    );
    const put = fc.record({
      bytes,
      how: fc.constantFrom("", "lz4", "lz4 of nothing", "deflate", "zstd"),
      size: fc.option(fc.constantFrom("0", "1", "-1", "4294967296", "10485760", "x"), { nil: undefined }),
      route: fc.constantFrom("/shards/lb", "/shards/route", ""),
      key: fc.option(fc.constantFrom("0".repeat(32), "f".repeat(32), "g", "f".repeat(40)), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(put, async ({ bytes: raw, how, size, route, key }) => {
        const sent = how === "lz4" ? lz4Compress(raw) : Buffer.from(raw);
        const type = how.split(" ")[0] ?? "";
        const asked: RawRequest = {
          method: "POST",
          path: `/logstores/${logstore}${route}`,
          project,
          ...(key === undefined ? {} : { query: { key } }),
          headers: {
            "content-type": "application/x-protobuf",
            ...(type === "" ? {} : { "x-log-compresstype": type, "x-log-bodyrawsize": size ?? String(raw.length) }),
          },
          body: sent,
        };
        expectWellFormed(await answered(() => rawRequest(cloud, asked)), { how, size, hex: sent.toString("hex") });
      }),
      { numRuns: 2000 },
    );
  });

  test("any action of the other products", { timeout: 60_000 }, async () => {
    const actions = [
      "CreateSecurityGroup",
      "AuthorizeSecurityGroup",
      "DescribeSecurityGroups",
      "DescribeSecurityGroupAttribute",
      "CreateRole",
      "CreatePolicy",
      "AttachPolicyToRole",
      "GetRole",
      "AssumeRole",
      "DescribeEndpoints",
      "Nothing",
      "constructor",
    ];
    const names = [
      "SecurityGroupId",
      "RegionId",
      "IpProtocol",
      "PortRange",
      "SourceCidrIp",
      "Permissions.1.PortRange",
      "Tag.1.Key",
      "RoleName",
      "PolicyName",
      "PolicyType",
      "PolicyDocument",
      "AssumeRolePolicyDocument",
      "RoleArn",
      "DurationSeconds",
      "PageSize",
      "__proto__",
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("ecs", "ram", "sts", "ims" as const),
        fc.constantFrom(...actions),
        fc.dictionary(
          fc.constantFrom(...names),
          fc.oneof(
            word,
            fc.constantFrom('{"Version":"1","Statement":[]}', '{"Statement":5}', "tcp", "1/1", "10.0.0.0/8"),
          ),
          { maxKeys: 6 },
        ),
        async (product, action, parameters) => {
          const { status, ...json } = await rpc(cloud, product, action, parameters);
          const shown = `${product} ${action} ${JSON.stringify(parameters)} -> ${status} ${JSON.stringify(json)}`;
          expect(status < 500, shown).toBe(true);
          expect(json["RequestId"], shown).toMatch(/\S/);
          if (status !== 200)
            expect(
              [json["Code"], json["Message"]].every((text) => typeof text === "string" && text !== ""),
              shown,
            ).toBe(true);
        },
      ),
      { numRuns: 1500 },
    );
  });

  test("any bytes on its port", { timeout: 60_000 }, async () => {
    const line = fc.constantFrom(
      "GET / HTTP/1.1\r\n",
      "CONNECT a:1 HTTP/1.1\r\n",
      "CONNECT cn-hangzhou.log.aliyuncs.com:443 HTTP/1.1\r\n\r\n",
      "POST http://x/ HTTP/1.0\r\n",
      "Host: p1.cn-hangzhou.log.aliyuncs.com\r\n",
      "Content-Length: 5\r\n",
      "Content-Length: -1\r\n",
      "Transfer-Encoding: chunked\r\n",
      "\r\n",
      "\x16\x03\x01\x00\x05hello",
      "zz\r\n",
    );
    const sent = fc.array(
      fc.oneof(
        line,
        fc.string(),
        fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
      ),
      { maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(sent, async (parts) => {
        await new Promise<void>((resolve) => {
          const socket = connect(cloud.port, "127.0.0.1", () => socket.end(Buffer.from(parts.join(""), "latin1")));
          socket.resume();
          socket.setTimeout(patience, () => socket.destroy());
          socket.on("error", () => undefined).on("close", () => resolve());
        });
      }),
      { numRuns: 500 },
    );
  });
});

test("what the walk over a group's bytes takes, the decoder takes", () => {
  const limits = { oldest: 0, newest: 2 ** 40, key: 1e6, value: 1e6, topic: 1e6, source: 1e6 };
  const good = encodeLogGroup({
    topic: "t",
    source: "s",
    tags: [["a", "b"]],
    logs: [{ time: 5, timeNs: 7, contents: [["k", "v"]] }],
  });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 4 }),
      fc.nat(good.length),
      (changes, size) => {
        const bytes = Uint8Array.from(good.subarray(0, size));
        for (const [at, byte] of changes) if (at < size) bytes[at] = byte;
        const found = checkLogGroup(bytes, limits);
        let logs: number | undefined;
        try {
          logs = decodeLogGroup(bytes).logs.length;
        } catch {
          logs = undefined;
        }
        // The walk is the stricter one: it wants bytes where a text belongs.
        if (typeof found === "number") expect(logs).toBe(found);
      },
    ),
    { numRuns: 5000 },
  );
});

test("LZ4: random blocks throw or give exactly the size that was asked for", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(1000), (block, size) => {
      try {
        expect(lz4Decompress(block, size).length).toBe(size);
      } catch (error) {
        expect((error as Error).message).toMatch(/^not a valid LZ4 block/);
      }
    }),
    { numRuns: 5000 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), fc.integer({ min: 1, max: 40 }), (bytes, times) => {
      const raw = Buffer.concat(Array.from({ length: times }, () => bytes));
      expect(lz4Decompress(lz4Compress(raw), raw.length).equals(raw)).toBe(true);
    }),
  );
});

test("and after all that it has what it had, and little more memory", async () => {
  const client = clientOf(cloud);
  const range = { from: now - 60, to: now + 60, query: 'msg: "the one that stays"', topic: "kept" };
  expect((await client.searchLogs(project, logstore, range)).logs).toHaveLength(1);
  client.close();
  expect(process.memoryUsage().rss).toBeLessThan(1024 << 20);
});
