/** LogGroup bytes, held against golden bytes and against the protobuf that `@alicloud/log` ships. */
import { join } from "node:path";
import protobuf from "protobufjs";
import { expect, test } from "vitest";
import { decodeLogGroup, encodeLogGroup, encodeLogGroupList } from "../../sls/wire";

const root = protobuf.loadSync(join(__dirname, "../../node_modules/@alicloud/log/lib/sls.proto"));
const theirs = root.lookupType("sls.LogGroup");

test("one log with topic and source is the documented 45 bytes", () => {
  const bytes = encodeLogGroup({
    topic: "sys_tag",
    source: "10.0.0.5",
    logs: [{ time: 1700000000, contents: [["message", "hello"]] }],
  });
  expect(bytes.toString("hex")).toBe(
    "0a180880e2cfaa0612100a076d657373616765120568656c6c6f1a077379735f746167220831302e302e302e35",
  );
});

const group = {
  topic: "主题",
  source: "10.0.0.5",
  tags: [["__hostname__", "vm-1"]] as const,
  logs: [
    { time: 1795244143, timeNs: 999_999_999, contents: [["msg", "中文 ✓"]] as const },
    {
      time: 4294967295,
      contents: [
        ["a", ""],
        ["long", "x".repeat(20_000)],
      ] as const,
    },
  ],
};

test("another client's decoder reads what we write", () => {
  expect(theirs.toObject(theirs.decode(encodeLogGroup(group)), { longs: Number })).toEqual({
    Topic: "主题",
    Source: "10.0.0.5",
    LogTags: [{ Key: "__hostname__", Value: "vm-1" }],
    Logs: [
      { Time: 1795244143, TimeNs: 999_999_999, Contents: [{ Key: "msg", Value: "中文 ✓" }] },
      {
        Time: 4294967295,
        Contents: [
          { Key: "a", Value: "" },
          { Key: "long", Value: "x".repeat(20_000) },
        ],
      },
    ],
  });
});

test("what is decoded equals what was encoded, bytes that are not UTF-8 included", () => {
  const gbk = Buffer.from([0xd6, 0xd0, 0xce, 0xc4]);
  const withBytes = { ...group, logs: [...group.logs, { time: 1, contents: [["gbk", gbk]] as const }] };
  expect(decodeLogGroup(encodeLogGroup(withBytes))).toEqual(withBytes);
});

test("a list of groups wraps each in field 1", () => {
  const one = encodeLogGroup(group);
  const list = root.lookupType("sls.LogGroupList").decode(encodeLogGroupList([one, one]));
  expect((list as unknown as { logGroupList: unknown[] }).logGroupList).toHaveLength(2);
});

test.each([
  ["an unfinished varint", "0a80", "protobuf: it ends within a varint"],
  ["an unfinished field", "0a05", "protobuf: it ends within a field"],
  ["a log without a time", "0a0712050a01611200", "protobuf: Log lacks Time"],
  ["a content without a value", "0a0708011203 0a0161".replace(" ", ""), "protobuf: Log.Content lacks Key or Value"],
])("%s is told", (_what, hex, message) => {
  expect(() => decodeLogGroup(Buffer.from(hex, "hex"))).toThrow(message);
});
