import { describe, expect, it } from "vitest";
import { groupCount, regexLogProblem, regexParser, regexProblem, whereRegexStops } from "../../parsers";
import fc from "../support/property";

const nginx = String.raw`(\S+) - (\S+) \[([^\]]+)\] "(\w+) ([^"]*)" (\d+) (\d+)`;
const keys = ["ip", "user", "time", "method", "path", "status", "bytes"];
const line = '10.0.0.1 - bob [07/Jul/2026:10:43:30 +0800] "GET /index.html HTTP/1.1" 200 37';

describe("a line that a regular expression takes apart", () => {
  it("gives a field for each group", () => {
    expect(regexParser(nginx, keys)(line)).toEqual({
      ok: true,
      contents: [
        ["ip", "10.0.0.1"],
        ["user", "bob"],
        ["time", "07/Jul/2026:10:43:30 +0800"],
        ["method", "GET"],
        ["path", "/index.html HTTP/1.1"],
        ["status", "200"],
        ["bytes", "37"],
      ],
    });
  });

  it("may have several lines: a dot matches their ends", () => {
    expect(regexParser("(\\S+) (.*)", ["level", "message"])("ERROR boom\n  at x")).toMatchObject({
      contents: [
        ["level", "ERROR"],
        ["message", "boom\n  at x"],
      ],
    });
  });

  it("gives an empty field for a group that took no part", () => {
    expect(regexParser("(a)|(b)", ["x", "y"])("b")).toMatchObject({
      contents: [
        ["x", ""],
        ["y", "b"],
      ],
    });
  });

  it("may use POSIX classes", () => {
    expect(regexParser("([[:alpha:]_]+)=([[:digit:]]+)", ["k", "v"])("a_b=12").ok).toBe(true);
  });

  it.each([
    ["([[:blank:]]+)", " \t"],
    ["([[:word:]]+)", "a_1"],
    ["([^[:cntrl:][:blank:]]+)", "a-1"],
    ["([]x]+)", "]x]"],
    ["([^]x]+)", "abc"],
    [String.raw`\A(\d+)\z`, "12"],
    [String.raw`(\d+)\h*\Z`, "12 \t"],
    // No class outside of a set: one of its characters.
    ["([:alpha:])", "h"],
  ])("%s is Perl's, and matches %j", (pattern, text) => {
    expect(regexProblem(pattern)).toBeUndefined();
    expect(regexParser(pattern, ["k"])(text)).toMatchObject({ ok: true });
  });

  it.each(["([[:^alpha:]]+)", "([[:nosuch:]]+)"])(
    "%s is refused: JavaScript would take the class for letters",
    (one) => {
      expect(regexProblem(one)).toMatch(
        /has the class \[:\^?\w+:\], which cannot be checked here; there are \[:alpha:\]/,
      );
    },
  );

  it.each([
    [String.raw`\Qa.b\E`, String.raw`\Q`],
    [String.raw`(\p{L}+)`, String.raw`\p`],
    [String.raw`([\h,]+)`, String.raw`\h`],
    [String.raw`(\x{61})`, String.raw`\x`],
  ])("%s is refused: JavaScript would take the escape for its letter", (pattern, escape) => {
    expect(regexProblem(pattern)).toBe(
      `${JSON.stringify(pattern)} has ${escape}, which cannot be checked here; write the characters that are meant, or a set of them in [ ]`,
    );
  });

  it.each([String.raw`\\Q`, String.raw`[\]\d\x41-]\u00e9\cJ`, String.raw`(?<a>x)\k<a>\1\.\-`])(
    "%s is taken: every escape is one that both know",
    (pattern) => expect(regexProblem(pattern)).toBeUndefined(),
  );

  it("has ASCII's white space alone", () => {
    const fields = (pattern: string, text: string) => regexParser(pattern, ["k"])(text);
    expect(fields(String.raw`(\S+)`, "a\u00a0b")).toMatchObject({ ok: true, contents: [["k", "a\u00a0b"]] });
    expect(fields(String.raw`([^\s]+)`, "a\u3000b")).toMatchObject({ ok: true });
    expect(fields(String.raw`([[:space:]]+)`, " \t\v\n")).toMatchObject({ ok: true });
  });
});

describe("a line that does not match is told where it stops", () => {
  it.each([
    ["in a group", nginx, line.replace(" 200 ", " OK "), String.raw`\d+`, 71],
    ["between groups", nginx, line.replace("] ", "]"), " ", 43],
    ["at its beginning", "\\d+ (.*)", "x", "\\d+", 0],
    ["at its end, which is too early", "(\\d+) (\\d+)", "12", " ", 2],
    ["behind the pattern's end", "(\\d+)", "12 34", undefined, 2],
    ["in a group that is repeated, as a whole", "(?:ab,)+c", "ab,ab,d", "c", 6],
    ["in a look-ahead", "(?=x)(.)", "y", "(?=x)", 0],
    ["in alternatives, as a whole", "a(?:b|c)d", "axd", "(?:b|c)", 1],
    ["in a class with a bracket in it", "[[\\]]([a-z])", "[1", "[a-z]", 1],
  ])("%s", (_title, pattern, text, piece, at) => {
    expect(whereRegexStops(pattern, text)).toEqual({ at, piece });
  });

  it("without ever throwing, and never past what there is", () => {
    const atom = fc.constantFrom("a", "\\d+", "(b)", "(?:c|d)", "[ab]*", "(a(b)c)", "\\1", ".", "(?!z)", "x{2,3}?");
    fc.assert(
      fc.property(
        fc.array(atom, { maxLength: 8 }),
        fc.string({ unit: fc.constantFrom(..."abcdxz1 ") }),
        (atoms, text) => {
          const pattern = atoms.join("");
          const parse = regexParser(
            pattern,
            Array.from({ length: groupCount(pattern) }, (_, i) => `k${i}`),
          );
          const parsed = parse(text);
          if (!parsed.ok) expect(parsed.at).toBeLessThanOrEqual(text.length);
          expect(parsed.ok).toBe(new RegExp(`^(?:${pattern})$`, "s").test(text));
        },
      ),
    );
  });
});

describe("a pattern that cannot be", () => {
  it.each([
    ["(a", ["k"], 'pattern "(a" is no regular expression: Unterminated group'],
    ["a)(b", ["k"], "pattern \"a)(b\" is no regular expression: Unmatched ')'"],
    ["a", ["k"], 'pattern "a" has no group; put ( ) around each part that is a field'],
    [
      "(a)(b)",
      ["k"],
      "pattern has 2 groups, but there is 1 key (k); give one key for each ( ), and write (?: ) for a group that is no field",
    ],
    ["(a)(b)", ["k", "k"], 'keys must differ, got "k" twice'],
    ["(a)", [""], "keys has one without a name; name what that part of the line is"],
  ])("%s", (pattern, names, problem) => {
    expect(regexLogProblem(pattern, names)).toBe(problem);
  });
});
