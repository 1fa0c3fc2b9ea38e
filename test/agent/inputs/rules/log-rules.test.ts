import { describe, expect, it } from "vitest";
import { rulesOf } from "../../../../agent/config/logtail-rules";
import { LogRules } from "../../../../agent/inputs/rules/log-rules";
import type { LogContent } from "../../../../sls/model/log";
import { cpuMs } from "../../../support/cpu-time";

/** What becomes of a log by the rules of a config's `inputDetail`. */
function bench(detail: Readonly<Record<string, unknown>>) {
  let givenUp = 0;
  const rules = new LogRules(rulesOf(detail).rules ?? {}, () => givenUp++);
  const bytes = (value: LogContent[1]): string => Buffer.from(value).toString("latin1");
  const seen = (contents: readonly LogContent[] | undefined): unknown =>
    contents && Object.fromEntries(contents.map(([key, value]) => [key, bytes(value)]));
  return {
    apply: (fields: Record<string, string>, line = "the line") =>
      seen(rules.apply(Object.entries(fields), Buffer.from(line, "latin1"))),
    bytes: (key: string, value: Buffer) => seen(rules.apply([[key, value]], value)),
    whole: (line: string) => seen(rules.applyWhole([["content", Buffer.from(line)]])),
    givenUp: () => givenUp,
  };
}

const filter = (fields: Record<string, string>) => ({
  filterKey: Object.keys(fields),
  filterRegex: Object.values(fields),
});
const password = { key: "msg", type: "const", regex_begin: "pwd=", regex_content: "[^,]+", all: true, const: "***" };
const mask = (change: object) => bench({ sensitive_keys: [{ ...password, ...change }] });

describe("a filter of a Logtail config", () => {
  it.each([
    ["WARN|ERROR", "ERROR", true],
    ["WARN|ERROR", "ERROR!", false],
    ["WARN|ERROR", "an ERROR", false],
    [".*05/Jan/2023.*", "on 05/Jan/2023\nand on", true],
    ["^(?!.*(INFO|DEBUG)).*", "WARN", true],
    ["^(?!.*(INFO|DEBUG)).*", "an INFO", false],
    ["[[:digit:]]+", "4711", true],
    ["", "", true],
    ["", "x", false],
  ])("%j %j: let in is %s; the pattern must match the whole field", (regex, value, letIn) => {
    const { apply } = bench(filter({ level: regex }));
    expect(apply({ level: value, msg: "m" })).toEqual(letIn ? { level: value, msg: "m" } : undefined);
  });

  it("lets in what fits all of its fields, and nothing that lacks one", () => {
    const { apply } = bench(filter({ level: "ERROR", app: "web.*" }));
    expect(apply({ level: "ERROR", app: "web-1" })).toEqual({ level: "ERROR", app: "web-1" });
    expect(apply({ level: "ERROR", app: "db" })).toBeUndefined();
    expect(apply({ level: "ERROR" })).toBeUndefined();
  });

  it("is for no line that fits no format, for nobody can tell its fields", () => {
    expect(bench(filter({ level: "ERROR" })).whole("odd")).toEqual({ content: "odd" });
  });

  it.each(["(a+)+", "(a|a)*", "(?!x)(a+)+", "(?=a)(?:a|a)*", "(?=.*a.*a.*a.*a.*a.*a.*a.*c|a{3}$)a+"])(
    "comes to an end whatever it is: %s",
    (regex) => {
      const { apply, givenUp } = bench(filter({ msg: regex }));
      let answer: unknown;
      // 2 to the 60th steps otherwise.
      expect(cpuMs(() => (answer = apply({ msg: `${"a".repeat(60)}!` })))).toBeLessThan(5_000);
      if (givenUp() === 0) expect(answer).toBeUndefined();
      else expect(answer).toEqual({ msg: `${"a".repeat(60)}!` });
      expect(apply({ msg: "aaa" })).toEqual({ msg: "aaa" });
    },
  );
});

describe("a mask of a Logtail config", () => {
  const text = "asf@@@324 pwd,pwd=saf543#$@,,pwd=12341,df";

  it.each([
    ["each secret", { all: true }, "asf@@@324 pwd,pwd=***,,pwd=***,df"],
    ["the first", { all: false }, "asf@@@324 pwd,pwd=***,,pwd=12341,df"],
    [
      "its MD5 in capitals",
      { type: "md5", all: false },
      "asf@@@324 pwd,pwd=91F6CFCF46787E8A02082B58F7117AFA,,pwd=12341,df",
    ],
    ["all of the field once, though the pattern matches its end too", { regex_begin: "", regex_content: ".*" }, "***"],
    ["nothing of another field", { key: "other" }, text],
    ["a text with dollar signs as it is", { const: "$1$&", all: false }, "asf@@@324 pwd,pwd=$1$&,,pwd=12341,df"],
    ["what an alternative of it finds, too", { regex_content: "saf[^,]+|12341" }, "asf@@@324 pwd,pwd=***,,pwd=***,df"],
    ["the whole field, where its pattern is none", { regex_content: "(" }, "***"],
    ["the whole field, where its two parts are none", { regex_begin: "(?<a>p)wd=", regex_content: "(?<a>.+)" }, "***"],
    ["the whole field, where it refers back", { regex_begin: "(p)wd=", regex_content: "(.)\\1" }, "***"],
    ["the whole field, where JavaScript has it otherwise", { regex_begin: "\\Qpwd=\\E" }, "***"],
    ["the whole field, where its type is not known", { type: "sha1" }, "***"],
  ])("hides %s", (_, change, hidden) => {
    expect(mask(change).apply({ msg: text, app: "pwd=1" })).toEqual({ msg: hidden, app: "pwd=1" });
  });

  it("does not change bytes around it that are not UTF-8", () => {
    const bytes = Buffer.from("\xff pwd=g\xe9heim,\xfe", "latin1");
    expect(mask({}).bytes("msg", bytes)).toEqual({ msg: "\xff pwd=***,\xfe" });
    expect(bench({ sensitive_keys: [password] }).bytes("msg", Buffer.from("ü pwd=é,ß"))).toEqual({
      msg: Buffer.from("ü pwd=***,ß").toString("latin1"),
    });
  });

  it.each([
    ["\\S+", "pwd=a\u00a0b\u3000c d", "pwd=*** d"],
    ["[^\\s]+", "pwd=a\u00a0b d", "pwd=*** d"],
    ["\\S+", "pwd=a\u00e0b\xff d", "pwd=*** d"],
    [".+", "pwd=a\rb\u2028c\nd", "pwd=***\nd"],
  ])("ends where RE2's would: %j in %j", (content, text, hidden) => {
    expect(mask({ regex_content: content }).bytes("msg", Buffer.from(text))).toEqual({ msg: hidden });
    const odd = Buffer.concat([Buffer.from(text), Buffer.from([0x20, 0xff])]);
    expect(mask({ regex_content: content }).bytes("msg", odd)).toEqual({
      msg: `${hidden} \xff`,
    });
  });

  it("is found beside bytes that are not UTF-8, whatever its letters are", () => {
    const bytes = Buffer.concat([Buffer.from("密码=é, ß"), Buffer.from([0xff, 0xe5, 0xaf]), Buffer.from("😀")]);
    expect(mask({ regex_begin: "密码=" }).bytes("msg", bytes)).toEqual({
      msg: Buffer.concat([Buffer.from("密码=***, ß"), Buffer.from([0xff, 0xe5, 0xaf]), Buffer.from("😀")]).toString(
        "latin1",
      ),
    });
  });

  it("takes a long line's time, not its square", () => {
    const { apply, givenUp } = mask({ regex_begin: "", regex_content: "[a-z.]+@[a-z.]+\\.com" });
    const long = "a".repeat(100_000);
    // Ten seconds otherwise.
    expect(cpuMs(() => expect(apply({ msg: long })).toEqual({ msg: long }))).toBeLessThan(2_000);
    expect(givenUp()).toBe(0);
  });

  it("is for all of a line that fits no format, and for the line as it came", () => {
    const { whole, apply } = bench({ sensitive_keys: [password], enableRawLog: true });
    expect(whole("odd pwd=1, line")).toEqual({ content: "odd pwd=***, line" });
    expect(apply({ msg: "x" }, "0.1 pwd=1")).toEqual({ msg: "x", __raw__: "0.1 pwd=***" });
  });

  it("hides the field when it takes too long", () => {
    const { apply, givenUp } = mask({ regex_begin: "(?=a)(a|a)*", regex_content: "b" });
    expect(apply({ msg: "a".repeat(60) })).toEqual({ msg: "***" });
    expect(givenUp()).toBe(1);
  });

  it("comes after the filter, which sees what is hidden", () => {
    const { apply } = bench({ ...filter({ msg: "pwd=1" }), sensitive_keys: [password] });
    expect(apply({ msg: "pwd=1" })).toEqual({ msg: "pwd=***" });
  });
});

describe("enableRawLog", () => {
  it("adds the line as it came", () => {
    expect(bench({ enableRawLog: true }).apply({ msg: "m" }, "0.1 t 1 m")).toEqual({ msg: "m", __raw__: "0.1 t 1 m" });
  });
});
