/**
 * Whatever is sent, the local cloud answers with what the service could answer: no 500 (which clients repeat), no hang, no crash, errors well formed,
 * memory bounded, and what was stored before is there after it. The inputs are the same each time, unless PROPERTY_SEED says otherwise.
 */
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeLogGroup } from "../../sls";
import { lz4Compress } from "../../sls/wire/lz4";
import { clientOf, testCloud, withLogstore, writerOf, type TestCloud } from "../support/local-cloud";
import { rawRequest, type RawReply, type RawRequest } from "../support/raw-request";
import { rpc } from "../support/rpc";
import { request, word } from "./odd-requests";
import fc from "../support/property";

const [project, logstore] = ["test-project", "test-logstore"];
/** Far above what any of them takes, and far below what a search that explodes takes. */
const patience = 20_000;
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

describe("the local cloud answers", () => {
  test("any request to any operation", async () => {
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

  test("any query, in time", async () => {
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

  test("any bytes as logs", async () => {
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

  test("any action of the other products", async () => {
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

  test("any bytes on its port", async () => {
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

test("and after all that it has what it had, and little more memory", async () => {
  const client = clientOf(cloud);
  const range = { from: now - 60, to: now + 60, query: 'msg: "the one that stays"', topic: "kept" };
  expect((await client.searchLogs(project, logstore, range)).logs).toHaveLength(1);
  client.close();
  expect(process.memoryUsage().rss).toBeLessThan(1024 << 20);
});
