/** Each TypeScript block of docs/constructs.md is a program that synthesises. */
import * as provider from "@cdktf/provider-alicloud/lib/provider";
import * as cdktf from "cdktf";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import * as constructs from "../../constructs";

const page = readFileSync(resolve(__dirname, "../../docs/constructs.md"), "utf8");
const blocks = [...page.matchAll(/## (.+)\n(?:(?!## |```)[^\n]*\n)+```ts\n([\s\S]+?)```/g)].map(
  ([, title = "", code = ""]) => ({
    title,
    code,
  }),
);
const modules: Readonly<Record<string, unknown>> = {
  "cdktf-sls": constructs,
  cdktf,
  "@cdktf/provider-alicloud/lib/provider": provider,
};

let outdir: string;
beforeAll(() => {
  outdir = mkdtempSync(join(tmpdir(), "cdktf-sls-docs-"));
  vi.stubEnv("CDKTF_OUTDIR", outdir);
  vi.stubEnv("ENV_NAME", undefined);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(outdir, { recursive: true });
});

function runProgram(code: string): void {
  const options = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
  const { outputText } = ts.transpileModule(code, { compilerOptions: options });
  new Function("require", "exports", outputText)((name: string) => modules[name], {});
}

describe("The guide's programs synthesise", () => {
  test.each(blocks)("$title", ({ code }) => {
    runProgram(code);
    const manifest = JSON.parse(readFileSync(join(outdir, "manifest.json"), "utf8")) as { stacks: object };
    expect(Object.keys(manifest.stacks)).toHaveLength(1);
  });

  test("there are three of them", () => {
    expect(blocks).toHaveLength(3);
  });
});
