/** Every outside client that judges the local cloud. scripts/ci-setup.sh installs what they need. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { findOnPath } from "../../deploy/terraform-binary";
import { repository, runPytest, runVitest } from "./run-tests";
import type { Suite } from "./suite";

const virtualEnv = (name: string): string => join(repository, ".cache", name, "bin");
const fromSetup = "scripts/ci-setup.sh installs it";

function pythonSdk(name: string, environment: string): Suite {
  const bin = virtualEnv(environment);
  return {
    name,
    missing: () => (existsSync(join(bin, "pytest")) ? undefined : `no pytest in .cache/${environment}; ${fromSetup}`),
    run: (world) => runPytest(world, join(bin, "python"), "python-sdk"),
    least: { methods: 60 },
  };
}

const inNode = (name: string, packageName: string): Suite => ({
  name,
  missing: () => (resolves(packageName) ? undefined : `no ${packageName} in node_modules; npm ci installs it`),
  run: (world) => runVitest(world, name),
  least: { calls: 25 },
});

function resolves(packageName: string): boolean {
  try {
    createRequire(__filename).resolve(packageName);
    return true;
  } catch {
    return false;
  }
}

export const suites: readonly Suite[] = [
  {
    name: "curl",
    missing: () => (findOnPath("curl", process.env) ? undefined : `no curl on PATH; ${fromSetup}`),
    run: (world) => runVitest(world, "curl"),
    least: { calls: 12 },
  },
  inNode("alicloud-log", "@alicloud/log"),
  inNode("sls20201230", "@alicloud/sls20201230"),
  pythonSdk("python-sdk", "python"),
  pythonSdk("python-sdk-new", "python-new"),
  {
    name: "aliyun-log-cli",
    missing: () =>
      existsSync(join(virtualEnv("python-cli"), "aliyunlog")) ? undefined : `no .cache/python-cli; ${fromSetup}`,
    run: (world) =>
      runVitest(
        { ...world, env: { ...world.env, ALIYUNLOG: join(virtualEnv("python-cli"), "aliyunlog") } },
        "aliyun-log-cli",
      ),
    least: { methods: 20 },
  },
];
