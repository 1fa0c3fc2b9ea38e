import { describe, expect, it } from "vitest";
import { delimiterLogProblem, delimiterParser, type DelimiterLogFormat } from "../../parsers";
import fc from "../support/property";
import { cpuMs } from "../support/cpu-time";

const csv: DelimiterLogFormat = {
  separator: ",",
  quote: '"',
  keys: ["a", "b", "c"],
  autoExtend: true,
  acceptNoEnoughKeys: false,
};
const values = (format: Partial<DelimiterLogFormat>, line: string) => {
  const parsed = delimiterParser({ ...csv, ...format })(line);
  return parsed.ok ? parsed.contents.map(([key, value]) => `${key}=${String(value)}`) : parsed;
};

describe("a line with separators", () => {
  it.each<[string, Partial<DelimiterLogFormat>, string, string[]]>([
    ["plain", {}, "1,2,3", ["a=1", "b=2", "c=3"]],
    ["with empty fields", {}, ",,", ["a=", "b=", "c="]],
    ["quoted", {}, '"1,5","say ""hi""",""', ["a=1,5", 'b=say "hi"', "c="]],
    ["with blanks around it", {}, "  1,2,3 \r", ["a=1", "b=2", "c=3"]],
    ["longer than its keys", {}, "1,2,3,4,5", ["a=1", "b=2", "c=3", "__column3__=4", "__column4__=5"]],
    ["longer, the rest as one", { autoExtend: false }, "1,2,3,4,5", ["a=1", "b=2", "c=3", "__column3__=,4,5"]],
    ["shorter, where that is accepted", { acceptNoEnoughKeys: true }, "1,2", ["a=1", "b=2"]],
    ["of several characters", { separator: "&&", quote: undefined }, '1&&"2&&3', ["a=1", 'b="2', "c=3"]],
    ["of tabs", { separator: "\t" }, "1\t\t3", ["a=1", "b=", "c=3"]],
    ["without a quote", { quote: undefined }, '1,"2,3', ["a=1", 'b="2', "c=3"]],
  ])("%s", (_title, format, line, expected) => {
    expect(values(format, line)).toEqual(expected);
  });

  it.each([
    ["1,2", "ends after 2 of 3 fields", 3],
    ['1,2"x,3', "has a quote inside an unquoted field", 3],
    ['1,"2"x,3', "goes on after the closing quote", 5],
    ['1,"2,3', "ends inside quotes", 6],
    ["   ", "is empty", 0],
  ])("that does not fit is told where: %s", (line, problem, at) => {
    expect(values({}, line)).toEqual({ ok: false, problem, at });
  });

  it("gives back what was written into it", () => {
    const field = fc.string({ unit: fc.constantFrom(...'ab," \n1') });
    fc.assert(
      fc.property(fc.array(field, { minLength: 3, maxLength: 6 }), (fields) => {
        const line = fields.map((value) => `"${value.replaceAll('"', '""')}"`).join(",");
        const parsed = delimiterParser(csv)(line);
        expect(parsed.ok && parsed.contents.map(([, value]) => value)).toEqual(fields);
      }),
    );
  });
});

it.each<[Partial<DelimiterLogFormat>, string]>([
  [{ separator: "" }, 'separator must be 1 to 3 characters, got ""'],
  [{ quote: "''" }, `quote must be one character, got "''"`],
  [{ separator: "&&" }, `quote "\\"" needs a separator of one character, got "&&"; leave the quote out`],
  [{ quote: "," }, 'quote and separator must differ, got "," for both'],
  [{ keys: [] }, "keys is empty; name the fields of a line, from the left"],
])("A format that cannot be: %j", (format, problem) => {
  expect(delimiterLogProblem({ ...csv, ...format })).toBe(problem);
});

it("A line with many blanks in it is taken apart as fast as any other", () => {
  const parse = delimiterParser({
    separator: ",",
    quote: undefined,
    keys: ["a"],
    autoExtend: true,
    acceptNoEnoughKeys: false,
  });
  const line = ` x${" ".repeat(500_000)}y \r`;
  expect(cpuMs(() => expect(parse(line)).toMatchObject({ ok: true }))).toBeLessThan(1_000);
});
