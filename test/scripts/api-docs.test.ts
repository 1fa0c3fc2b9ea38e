import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { apiFolder, apiPages } from "../../scripts/api-docs";

test("docs/api/ is what the docstrings say; `npm run api-docs` makes it so", async () => {
  const pages = await apiPages();
  expect(readdirSync(apiFolder).sort()).toEqual([...pages.keys()].sort());
  for (const [file, text] of pages) expect(readFileSync(join(apiFolder, file), "utf8"), file).toBe(text);
});

test("every prop that may be left out tells its default", async () => {
  const pages = [...(await apiPages())];
  expect(pages.length).toBeGreaterThan(25);
  const silent = pages.flatMap(([file, text]) =>
    [...text.matchAll(/^\| (\w+)\? .*$/gm)]
      .filter(([row]) => !row.includes("**Default:**"))
      .map(([, name]) => `${file} ${name}`),
  );
  expect(silent).toEqual([]);
});
