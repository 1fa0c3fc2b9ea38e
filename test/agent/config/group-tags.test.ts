import { describe, expect, it } from "vitest";
import { machineTags, tagProblem, tagsOf } from "../../../agent/config/group-tags";
import { options } from "../../../agent/config/options";

describe("tags of the settings", () => {
  it("are names and values, at the first =", () => {
    expect(tagsOf(["env=prod", "url=http://x?a=b", "empty="])).toEqual([
      ["env", "prod"],
      ["url", "http://x?a=b"],
      ["empty", ""],
    ]);
  });

  it.each(["prod", "=prod", "__hostname__=x", `${"k".repeat(129)}=v`, `k=${"é".repeat(513)}`])(
    "refuse %j, and say what is allowed",
    (text) => expect(tagProblem(text)).toMatch(/^NAME=VALUE, a name of 1 to 128 characters/),
  );

  it("are as many as a record of the buffer has room for", () => {
    const many = Array.from({ length: 33 }, (_, i) => `k${i}=v`);
    expect(options.tags.check(many)).toEqual({ mustBe: "at most 32 tags" });
    expect(options.tags.check(many.slice(1))).toEqual({ value: many.slice(1) });
  });
});

it("a machine in no group by id tells its name alone", () => {
  expect(machineTags("web-1", [])).toEqual([["__hostname__", "web-1"]]);
  expect(machineTags("web-1", ["a", "b"])).toEqual([
    ["__hostname__", "web-1"],
    ["__user_defined_id__", "a,b"],
  ]);
});
