/** What outside clients sent, to the byte (scripts/clients/record-golden.ts): accepted as it is, refused with any one bit flipped. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RecordedRequest, Recording } from "../../scripts/clients/golden/recording";
import { decodeLogGroup, decompress, splitTarget, type CompressType } from "../../sls/wire";
import { testCloud, type TestCloud } from "../support/local-cloud";
import { sendRaw, type RawReply } from "../support/raw-http";

const folder = join(__dirname, "wire");
const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
const load = (file: string): Recording => JSON.parse(readFileSync(join(folder, file), "utf8")) as Recording;

const header = (request: RecordedRequest, wanted: string): string | undefined =>
  request.headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
const bytesOf = ({ body }: RecordedRequest): Buffer => Buffer.from(body, "hex");
/** Web tracking is served to everybody: a signature there is not looked at. */
const mustBeSigned = (request: RecordedRequest): boolean =>
  header(request, "authorization") !== undefined && !request.target.endsWith("/track");

/** What a signature covers, as the service's documentation lists it. */
function covered(request: RecordedRequest): string[] {
  const isV4 = header(request, "authorization")?.startsWith("SLS4") === true;
  const always = isV4 ? ["host", "content-type"] : ["content-md5", "content-type"];
  const date = isV4 || header(request, "x-log-date") === undefined ? ["date"] : [];
  const names = request.headers.map(([name]) => name.toLowerCase());
  return [
    "authorization",
    ...names.filter((name) => /^x-(log|acs)-/.test(name)),
    ...always,
    ...(isV4 ? [] : date),
  ].filter((name, i, all) => all.indexOf(name) === i && (header(request, name) ?? "") !== "");
}

const flipped = (text: string, bit: number): string => {
  const bytes = Buffer.from(text, "latin1");
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return bytes.toString("latin1");
};

/** Bits of a text of so many bytes: the first, the last and some between, never the eighth of a byte of a head. */
const bits = (bytes: number): number[] =>
  [0, 0.31, 0.62, 1].map((part, i) => Math.round(part * (bytes - 1)) * 8 + ((i * 3) % 7));

const doubts = [
  ...["SignatureNotMatch", "Unauthorized", "MissAccessKeyId", "InvalidAuthorization", "InvalidSignatureMethod"],
  ...["RequestTimeExpired", "InvalidDateFormat", "InvalidAPIVersion", "InvalidAccessKeyId"],
  "MissingContentType",
];

/** Refused for who asks, when or from where; or no HTTP any more. Every other error says that the request was believed. */
function disbelieved(reply: RawReply | undefined): boolean {
  if (reply === undefined || reply.status === 403) return true;
  const { errorCode, errorMessage } = JSON.parse(reply.text) as { errorCode: string; errorMessage: string };
  return doubts.includes(errorCode) || errorMessage.startsWith("The request is not valid HTTP");
}

interface Damaged {
  readonly what: string;
  readonly request: RecordedRequest;
}

/** The request with one bit flipped in each thing that must not change: path, query, signed headers, body. */
function damages(request: RecordedRequest): Damaged[] {
  const found: Damaged[] = [];
  for (const bit of bits(request.target.length)) {
    const target = flipped(request.target, bit);
    // `%2F` and `%2f` are the same to who decodes them, and to the signature.
    const isSame = JSON.stringify(splitTarget(target)) === JSON.stringify(splitTarget(request.target));
    if (!isSame) found.push({ what: `target, bit ${bit}: ${target}`, request: { ...request, target } });
  }
  for (const name of covered(request)) {
    for (const bit of bits((header(request, name) ?? "").length)) {
      const headers = request.headers.map(([one, value]): [string, string] =>
        one.toLowerCase() === name ? [one, flipped(value, bit)] : [one, value],
      );
      found.push({ what: `${name}, bit ${bit}`, request: { ...request, headers } });
    }
  }
  if (request.body === "") return found;
  for (const bit of bits(request.body.length / 2)) {
    const body = Buffer.from(flipped(bytesOf(request).toString("latin1"), bit), "latin1").toString("hex");
    found.push({ what: `body, bit ${bit}`, request: { ...request, body } });
  }
  return found;
}

describe.each(files.map((file) => [basename(file, ".json"), load(file)] as const))("%s", (_name, recording) => {
  let cloud: TestCloud;
  beforeAll(async () => {
    const { accessKeyId, accessKeySecret, region } = recording;
    const now = (): Date => new Date(recording.at);
    cloud = await testCloud({ credentials: { accessKeyId, accessKeySecret }, region, now });
  });
  afterAll(() => cloud.close());

  const send = (request: RecordedRequest): Promise<RawReply | undefined> =>
    sendRaw(cloud.port, { ...request, body: bytesOf(request) });

  test("tells which client, version and commands it comes from", () => {
    expect(recording.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(recording.commands.length).toBeGreaterThan(0);
    expect(recording.requests.length).toBeGreaterThan(2);
  });

  // In order: each finds what those before it made.
  test.each(recording.requests.map((request) => [`${request.method} ${request.target}`, request] as const))(
    "%s",
    async (_what, request) => {
      if (mustBeSigned(request)) {
        const all = damages(request);
        expect(all.length).toBeGreaterThan(20);
        for (const { what, request: damaged } of all) {
          const reply = await send(damaged);
          expect(disbelieved(reply), `${what}: ${reply?.status} ${reply?.text}`).toBe(true);
        }
      }
      const reply = await send(request);
      expect(reply?.status, reply?.text).toBe(request.status);
    },
  );
});

test("every encoding of a log group says the same to our decoder", () => {
  const groups = files.flatMap((file) =>
    load(file)
      .requests.filter(
        (request) => header(request, "content-type") === "application/x-protobuf" && request.method === "POST",
      )
      .map((request) => {
        const type = header(request, "x-log-compresstype") as CompressType | undefined;
        const size = Number(header(request, "x-log-bodyrawsize"));
        const raw = type === undefined ? bytesOf(request) : decompress(type, bytesOf(request), size);
        return { file, type, size, raw, group: decodeLogGroup(raw) };
      }),
  );
  expect(groups.map(({ file, type }) => `${basename(file, ".json")} ${type ?? "plain"}`)).toEqual([
    "alicloud-log plain",
    ...["python-sdk-new-v1", "python-sdk-new-v4", "python-sdk-v1"].flatMap((name) =>
      ["lz4", "plain", "lz4"].map((type) => `${name} ${type}`),
    ),
  ]);
  for (const { group, raw, size, file } of groups) {
    expect(raw).toHaveLength(size);
    expect({ topic: group.topic, source: group.source, tags: group.tags }, file).toEqual({
      topic: "wire",
      source: "10.0.0.7",
      tags: [["host", "vm-1"]],
    });
    expect(group.logs.map(({ time, contents }) => ({ time, contents }))).toEqual([
      {
        time: 1700000000,
        contents: [
          ["msg", "line 1 中文"],
          ["app-name", "todo-list"],
        ],
      },
      { time: 1700000000, contents: [["msg", "a b/c=d&e+f"]] },
    ]);
    expect(group.logs[1]?.timeNs).toBe(42);
  }
});
