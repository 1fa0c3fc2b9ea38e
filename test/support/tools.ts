/** Tools that a machine may lack: their tests are skipped by name, but fail where CI=true. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "vitest";
import { findOnPath } from "../../deploy/terraform-binary";

export const repository = resolve(__dirname, "../..");
export const dist = (file: string): string => join(repository, "dist", file);

const searchPath = { PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` };

/** Full path of a program, also in the folders of the superuser. */
export const tool = (name: string): string | undefined => findOnPath(name, searchPath);

/** Python with the service's SDK, as scripts/ci-setup.sh installs it. */
export function pythonWithSdk(): string | undefined {
  const python = process.env["CDKTF_SLS_PYTHON"] ?? join(repository, ".cache/python/bin/python");
  if (!existsSync(python)) return undefined;
  try {
    execFileSync(python, ["-c", "import aliyun.log"], { stdio: "ignore" });
    return python;
  } catch {
    return undefined;
  }
}

/** `test` where the tool is there; else a test that is skipped by name, or, with CI=true, fails. */
export function testWith(what: string, found: string | undefined): typeof test {
  if (found !== undefined) return test;
  if (process.env["CI"] !== "true") return test.skip as unknown as typeof test;
  const missing = (name: string): void =>
    test(name, () => {
      throw new Error(`${what} is missing; run scripts/ci-setup.sh`);
    });
  return Object.assign(missing, { each: () => missing }) as unknown as typeof test;
}
