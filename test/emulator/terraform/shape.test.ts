/** Arguments as members of the service's JSON, and back. */
import { expect, test } from "vitest";
import { normalJson, parsed, parsedList, sameJson } from "../../../emulator/terraform/json-text";
import { block, blocks, field, fields, fromJson, jsonText, toJson } from "../../../emulator/terraform/shape";

const shape = {
  ...fields("display_name", "run_immediately"),
  max_text_len: field("max_text_len"),
  schedule: block("schedule", fields("time_zone")),
  query_list: blocks("queryList", { ...fields("store"), eval_condition: block("evalCondition", fields("condition")) }),
  charts: jsonText("charts"),
  content_detail: jsonText("contentDetail", "text"),
};
const values = {
  display_name: "d",
  run_immediately: false,
  max_text_len: null,
  schedule: [{ time_zone: "+0800" }],
  query_list: [
    { store: "a", eval_condition: [{ condition: "c" }] },
    { store: "b", eval_condition: [] },
  ],
  charts: '[{"b":1,"a":"<"}]',
  content_detail: '{"x": 1}',
};
const json = {
  displayName: "d",
  runImmediately: false,
  schedule: { timeZone: "+0800" },
  queryList: [{ store: "a", evalCondition: { condition: "c" } }, { store: "b" }],
  charts: [{ b: 1, a: "<" }],
  contentDetail: '{"x": 1}',
};

test("blocks become objects and lists of them, JSON texts become JSON, and what was left out is left out", () => {
  expect(toJson(values, shape)).toEqual(json);
});

test("and back: what the service does not name is null, JSON is written in its normal form", () => {
  expect(fromJson(json, shape)).toEqual({ ...values, charts: '[{"a":"\\u003c","b":1}]' });
  expect(fromJson({}, shape)).toMatchObject({ display_name: null, schedule: [], query_list: [], charts: null });
});

test("JSON texts are the same whatever their spaces and the order of their keys", () => {
  expect(sameJson('{ "b": [1, 2], "a": "<" }', '{"a":"\\u003c","b":[1,2]}')).toBe(true);
  expect(sameJson('{"a":[1,2]}', '{"a":[2,1]}')).toBe(false);
  expect(sameJson("{", "{")).toBe(false);
  expect(sameJson(null, "{}")).toBe(false);
  expect([parsed("[]"), parsed("{}"), parsedList("[]"), parsedList("{}")]).toEqual([undefined, {}, [], undefined]);
  expect(normalJson({ b: null, a: [{ d: 1, c: "&" }] })).toBe('{"a":[{"c":"\\u0026","d":1}],"b":null}');
});
