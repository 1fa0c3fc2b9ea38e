import { expect, test } from "vitest";
import { flatLog } from "../../../emulator/search";
import { compile } from "../../../emulator/search/match";
import type { IndexBody } from "../../../sls/model/log-index";

const meta = { topic: "t", source: "s", tags: [] };

test("a log's keys may have any name, and those of every object are none of its own", () => {
  const flat = flatLog({ log: { time: 1, contents: [["__proto__", "kept"]] }, meta });
  expect(JSON.parse(JSON.stringify({ ...flat }))).toEqual(
    JSON.parse('{"__topic__":"t","__source__":"s","__time__":"1","__proto__":"kept"}'),
  );
  const index: IndexBody = { keys: { constructor: { type: "text", token: [" "] } } } as unknown as IndexBody;
  const phrase = compile({ kind: "phrase", key: "constructor", value: "Object()" }, index);
  expect(phrase(flat)).toBe(false);
});
