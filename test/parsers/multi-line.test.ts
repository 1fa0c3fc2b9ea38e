import { expect, it } from "vitest";
import { splitLogs, wholeRegex } from "../../parsers";
import fc from "../support/property";

it("A log begins with each line that the pattern matches as a whole", () => {
  const text = "lost\n2026-01-01 a\n  at x\n2026-01-02 b\nsee 2026-01-03 c\n";
  expect(splitLogs(text, wholeRegex("\\d+-\\d+-\\d+ .*"))).toEqual({
    logs: ["2026-01-01 a\n  at x", "2026-01-02 b\nsee 2026-01-03 c"],
    unmatched: ["lost"],
  });
});

it("Without a pattern each line is a log", () => {
  expect(splitLogs("a\n\nb", undefined)).toEqual({ logs: ["a", "", "b"], unmatched: [] });
});

it("No line is lost, doubled or moved", () => {
  const line = fc.string({ unit: fc.constantFrom("a", "#", " ") });
  fc.assert(
    fc.property(fc.array(line, { minLength: 1 }), (lines) => {
      const { logs, unmatched } = splitLogs(`${lines.join("\n")}\n`, wholeRegex("#.*"));
      expect([...unmatched, ...logs].join("\n")).toBe(lines.join("\n"));
    }),
  );
});
