import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(__dirname, "..", "..");
const page = readFileSync(join(root, "docs", "faults.md"), "utf8");
/** A test file, and parts of the names of tests in it. */
const citations = [...page.matchAll(/`(test\/[^`]+\.ts)` ((?:"[^"]+"(?:, )?)+)/g)];

it("docs/faults.md names tests that are there", () => {
  const missing = citations.flatMap(([, file = "", names = ""]) => {
    const text = readFileSync(join(root, file), "utf8");
    return [...names.matchAll(/"([^"]+)"/g)]
      .map(([, name = ""]) => name)
      .filter((name) => !text.includes(name))
      .map((name) => `${file}: ${name}`);
  });
  expect(missing).toEqual([]);
});

it("docs/faults.md has a test for each case that the agent can have", () => {
  const rows = page.split("\n").filter((row) => row.startsWith("| ["));
  expect(rows.length).toBeGreaterThanOrEqual(27);
  const without = rows.filter((row) => !/`test\/[^`]+\.ts` "/.test(row));
  expect(without.filter((row) => !row.includes("| no: "))).toEqual([]);
});
