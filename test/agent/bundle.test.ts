import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { builtAgent } from "./support/bundle";

describe("the bundled agent", () => {
  const agent = builtAgent();

  it("is one executable file that runs with nothing beside it", () => {
    expect(statSync(agent.path()).mode & 0o111).toBe(0o111);
    const help = execFileSync(agent.path(), ["--help"], { cwd: agent.folder(), encoding: "utf8" });
    expect(help).toMatch(/^Usage: sls-agent /);
  });

  it("knows the package's version", () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    expect(execFileSync(agent.path(), ["version"], { encoding: "utf8" })).toBe(`${version}\n`);
  });

  it("holds no cdktf, constructs or terraform code", () => {
    const text = readFileSync(agent.path(), "utf8");
    const traces = ["@cdktf/", "node_modules/cdktf", "node_modules/constructs", "TerraformStack", "terraform-provider"];
    expect(traces.filter((trace) => text.includes(trace))).toEqual([]);
  });

  it("does not depend on the place where it was built", () => {
    expect(readFileSync(agent.path(), "utf8")).not.toContain(process.cwd());
  });
});
