/** Who may import whom and what each folder is for (docs/layout.md), and that the exports map names files that are built. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const root = resolve(__dirname, "..");

/** folder -> folders of ours that its files may import, besides themselves. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  "main.ts": ["constructs"],
  examples: ["constructs"],
  constructs: ["parsers", "sls/model"],
  parsers: ["sls/model"],
  cli: ["deploy", "emulator", "images", "sls", "agent"],
  deploy: ["sls"],
  agent: ["parsers", "sls"],
  emulator: ["sls/model", "sls/wire"],
  images: ["sls/model"],
  "sls/index.ts": ["sls/model", "sls/wire", "sls/client"],
  "sls/client": ["sls/model", "sls/wire"],
  "sls/wire": ["sls/model"],
  "sls/model": [],
};

/** Packages that belong to one side only. */
const packages: Readonly<Record<string, readonly string[]>> = {
  cdktf: ["main.ts", "examples", "constructs"],
  constructs: ["main.ts", "examples", "constructs"],
  "@cdktf/provider-alicloud": ["main.ts", "examples", "constructs"],
  "@alicloud/log": ["sls/client"],
  "@alicloud/credentials": ["deploy"],
};

const rooms = Object.keys(allowed).sort((a, b) => b.length - a.length);
const roomOf = (file: string): string | undefined =>
  rooms.find((room) => file === room || file === `${room}.ts` || file.startsWith(`${room}/`));

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return /^(node_modules|dist|cdktf\.out)$|^\./.test(entry.name) ? [] : sources(path);
    return entry.name.endsWith(".ts") && !entry.name.endsWith(".d.ts") ? [path] : [];
  });
}

function importsOf(file: string): string[] {
  return ts.preProcessFile(readFileSync(join(root, file), "utf8"), true, true).importedFiles.map((i) => i.fileName);
}

const all = sources("").filter((file) => roomOf(file) !== undefined);

function trespasses(file: string): string[] {
  const room = roomOf(file) ?? "";
  const within = (target: string, granted: string): boolean => target === granted || target.startsWith(`${granted}/`);
  return importsOf(file).flatMap((name) => {
    if (!name.startsWith(".")) {
      const owner = Object.keys(packages).find((one) => name === one || name.startsWith(`${one}/`));
      return owner && !packages[owner]?.includes(room) ? [`${file} imports ${name}`] : [];
    }
    const target = relative(root, resolve(root, dirname(file), name)).replace(/\\/g, "/");
    const ok = [room, ...(allowed[room] ?? [])].some((granted) => within(target, granted));
    return ok ? [] : [`${file} imports ${target}`];
  });
}

test("every import keeps to the arrows of the layout", () => {
  expect(all.length).toBeGreaterThan(50);
  expect(all.flatMap(trespasses)).toEqual([]);
});

test("nothing imports test, bench or scripts", () => {
  const outside = all.flatMap((file) =>
    importsOf(file).filter((name) => /^(\.\.\/)+(test|bench|scripts)\//.test(name)),
  );
  expect(outside).toEqual([]);
});

test("docs/layout.md names every folder, two deep, and none that is gone", () => {
  const page = readFileSync(join(root, "docs/layout.md"), "utf8");
  const rows = [...page.matchAll(/^\| (`.+?) +\|/gm)].map(([, cell = ""]) => cell);
  const named = rows.flatMap((cell) => [...cell.matchAll(/`([^`]+?)\/?`/g)].map(([, name = ""]) => name));
  const files = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" }).split("\0");
  // Below test and examples the row of the folder itself says what is there.
  const depth = (file: string): number => (/^(test|examples)\//.test(file) ? 1 : 2);
  const folders = files.map((file) => file.split("/").slice(0, -1).slice(0, depth(file)).join("/"));
  const among = (folder: string): boolean => named.some((one) => one === folder || one.startsWith(`${folder}/`));
  expect([...new Set(folders)].filter((folder) => !/^(\.|$)/.test(folder) && !among(folder))).toEqual([]);
  expect(named.filter((name) => !existsSync(join(root, name)))).toEqual([]);
});

test("the exports map and the bins name files that the build makes", () => {
  const { exports, bin } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    exports: Record<string, string | Record<string, string>>;
    bin: Record<string, string>;
  };
  const files = [
    ...Object.values(exports).flatMap((e) => (typeof e === "string" ? [e] : Object.values(e))),
    ...Object.values(bin),
  ];
  for (const file of files.filter((f) => !f.includes("*"))) expect(() => readFileSync(join(root, file))).not.toThrow();
});
