/** Where pipelines run: a local cloud, a GitLab, and a machine whose agent collects, all of one test's own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { start, stopAll } from "../../../scripts/demo/processes";
import { bins, jsonLine, localEnv } from "../../../scripts/demo/world";
import { noProxy, parseProxyAddress, SlsClient, staticCredentials } from "../../../sls";
import { checkout, type Checkout } from "./checkout";
import { predefined, startGitlab, type Gitlab } from "./gitlab";
import { jobTable, runPipeline, type PipelineOptions, type PipelineRun } from "./run-pipeline";

export interface Stage {
  readonly folder: string;
  /** State folder of the local cloud. */
  readonly local: string;
  readonly env: NodeJS.ProcessEnv;
  /** A runner's: the same, with no access key and no region in it. */
  readonly keyless: NodeJS.ProcessEnv;
  readonly gitlab: Gitlab;
  /** Variables of every pipeline. */
  readonly variables: Readonly<Record<string, string>>;
  checkout(name: string, only?: (file: string) => string | undefined): Checkout;
  /** Runs it and prints its jobs. */
  pipeline(
    title: string,
    options: Omit<PipelineOptions, "env" | "variables"> & Partial<PipelineOptions>,
  ): Promise<PipelineRun>;
  client(): SlsClient;
  close(): Promise<void>;
}

/** In place of Packer, which would need a machine: writes the manifest that a build leaves, and counts the builds. */
const imageBuilder = (log: string): string => `
const { appendFileSync, writeFileSync } = require("node:fs");
const [image, , env] = process.argv.slice(2);
appendFileSync(${JSON.stringify(log)}, image + "\\n");
const manifest = { version: 1, image, env, region: process.env.ALICLOUD_REGION, source: "production", imageId: "m-" + image + "0001" };
writeFileSync("images/manifests/" + image + "-" + env + ".json", JSON.stringify(manifest));
`;

export async function makeStage(): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), "cdktf-sls-pipeline-"));
  const [local, home] = [join(folder, "local"), join(folder, "home")];
  mkdirSync(home);
  const logFile = join(folder, "local.log");
  const cloud = start(process.execPath, [bins.cdktfSls, "local", "run", "--json", "--state", local], { logFile });
  await jsonLine(logFile, cloud, (json) => json["ready"] === true);
  const inside = await localEnv(local);
  const gitlab = await startGitlab();
  writeFileSync(join(folder, "build-image.js"), imageBuilder(join(folder, "images-built")));
  const env: NodeJS.ProcessEnv = { ...process.env, ...inside, HOME: home, ENV_NAME: undefined };
  const variables = { ...predefined(gitlab), IMAGE_BUILD: `node ${join(folder, "build-image.js")}` };
  return {
    folder,
    local,
    env,
    keyless: Object.fromEntries(
      Object.entries(env).filter(([name]) => !/ACCESS_KEY|SECRET_KEY|SECURITY_TOKEN|_REGION$/.test(name)),
    ),
    gitlab,
    variables,
    checkout: (name, only) => checkout(join(folder, name), only),
    async pipeline(title, options) {
      const run = await runPipeline({ env, ...options, variables: { ...variables, ...options.variables } });
      process.stdout.write(`\n${title}\n${jobTable(run)}\n`);
      return run;
    },
    client: () =>
      new SlsClient({
        endpoint: "http://cn-hangzhou.log.aliyuncs.com",
        credentials: staticCredentials({
          accessKeyId: inside["ALICLOUD_ACCESS_KEY"] ?? "",
          accessKeySecret: inside["ALICLOUD_SECRET_KEY"] ?? "",
        }),
        proxy: { ...noProxy, http: parseProxyAddress("HTTP_PROXY", inside["HTTP_PROXY"] ?? "") },
      }),
    async close() {
      await gitlab.close();
      await stopAll();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
