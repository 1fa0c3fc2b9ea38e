import { describe, expect, it } from "vitest";
import { jsonParser } from "../../parsers";
import fc from "../support/property";

describe("a JSON line", () => {
  it("gives a field for each member, numbers as they are written", () => {
    const line =
      '{"url": "a\\"b\\u00e9", "n": 12345678901234567890.50, "ok": true, "none": null, "in": {"a": [1, "x y"]}}';
    expect(jsonParser(line)).toEqual({
      ok: true,
      contents: [
        ["url", 'a"bé'],
        ["n", "12345678901234567890.50"],
        ["ok", "true"],
        ["none", ""],
        ["in", '{"a":[1,"x y"]}'],
      ],
    });
  });

  it.each([
    ["[1]", "is no JSON object", 0],
    ['{"a":1} x', "goes on after the JSON object", 8],
    ['{"a":tru}', "has no JSON value here", 5],
    ['{"a":1', "ends inside the JSON object", 6],
    ['{"a" 1}', "needs : here", 5],
    ['{"a":1 "b":2}', "needs , or } here", 7],
    ['{"a":[1 2]}', "needs , or ] here", 8],
    ["{a:1}", 'needs " here', 1],
    ['{"a":"b', "ends inside the JSON object", 7],
    ['{"a":"b\tc"}', "has a character that JSON text must escape", 7],
  ])("that is none is told where: %s", (line, problem, at) => {
    expect(jsonParser(line)).toEqual({ ok: false, problem, at });
  });

  it("is one exactly where JSON.parse says so", () => {
    const object = fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value));
    const spoilt = fc
      .tuple(object, fc.nat(), fc.constantFrom("", '"', ",", "}", "{", "\\", "1", "\n", "e"))
      .map(([text, at, put]) => {
        const i = at % (text.length + 1);
        return text.slice(0, i) + put + text.slice(i + 1);
      });
    fc.assert(
      fc.property(fc.oneof(object, spoilt), (text) => {
        let value: unknown;
        try {
          value = JSON.parse(text);
        } catch {
          value = undefined;
        }
        const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
        expect(jsonParser(text).ok).toBe(isObject);
      }),
      { numRuns: 2000 },
    );
  });

  it("keeps every text and every nested value", () => {
    const fields = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.object({ maxDepth: 3 })));
    fc.assert(
      fc.property(fields, (value) => {
        const parsed = jsonParser(JSON.stringify(value, null, 1));
        const plain = JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
        expect(parsed.ok && parsed.contents).toEqual(
          Object.entries(plain).map(([key, one]) => [key, typeof one === "string" ? one : JSON.stringify(one)]),
        );
      }),
    );
  });

  it("takes text of any length, with and without escapes", () => {
    for (const text of ["x".repeat(20_000_000), "\\n\u0001".repeat(2_000_000)]) {
      const parsed = jsonParser(JSON.stringify({ a: text }));
      expect(parsed.ok && parsed.contents[0]?.[1] === text).toBe(true);
    }
  });
});
