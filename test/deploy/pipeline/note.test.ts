import { expect, test } from "vitest";
import { noteText, notYetText, planOf } from "../../../deploy";

const counts = { create: 1, update: 0, delete: 0 };

test("the note of a stack names every resource and every field", () => {
  const logtail = planOf(
    [
      {
        project: "p",
        name: "c",
        action: "update",
        fields: [{ field: "inputDetail.tag", before: "a", after: "b" }],
        filled: [],
        bind: [],
        unbind: [],
        otherGroups: [],
        foreign: undefined,
        held: false,
        mark: undefined,
        hash: undefined,
      } as unknown as Parameters<typeof planOf>[0][number],
    ],
    [],
  );
  const terraform = [{ address: "alicloud_log_project.p", change: { actions: ["delete", "create"] } }];
  expect(noteText({ stack: "web-dev", terraform, counts, logtail })).toBe(
    [
      "### web-dev",
      "",
      "Terraform: 1 to create, 0 to change, 0 to remove.",
      "",
      "```",
      "delete then create: alicloud_log_project.p",
      "```",
      "",
      "Logtail configs: 0 to create, 1 to change, 0 to remove.",
      "",
      "```",
      "  ~ update Logtail config c in p",
      '    ~ inputDetail.tag: "a" -> "b"',
      "1 change to make.",
      "```",
      "",
    ].join("\n"),
  );
});

test("a note is short: what is too much is counted, and nothing ends the block before its end", () => {
  const terraform = Array.from({ length: 500 }, () => ({ address: "```", change: { actions: ["create"] } }));
  const lines = noteText({ stack: "s", terraform, counts, logtail: undefined }).split("\n");
  expect(lines.filter((line) => line === "```")).toHaveLength(2);
  expect(lines).toContain("… and 100 lines more: see the job's log");
});

test("a stack that cannot be planned yet says what must be there first", () => {
  expect(notYetText("webapp-dev", ["basis-dev"])).toContain("Not planned: it reads from basis-dev");
});
