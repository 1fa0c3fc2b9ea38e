import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { readProject, writeTypeScript } from "../deploy";
import { projectNameProblem } from "../sls";
import { addEndpointOptions, clientFor, regionOf, type EndpointFlags } from "./service-options";

interface Flags extends EndpointFlags {
  readonly json?: boolean;
  readonly out?: string;
  readonly stack?: string;
  readonly force?: boolean;
}

export function importCommand(): Command {
  return addEndpointOptions(new Command("import"), "environment")
    .description("write the TypeScript that declares what a log project holds, with import blocks for Terraform")
    .argument("<project>", "the log project")
    .option("--out <folder>", "where main.ts, cdktf.json and tsconfig.json are written (default: the project's name)")
    .option("--stack <name>", "name of the stack (default: the project's name)")
    .option("--force", "overwrite files that are there")
    .option("--json", "print JSON")
    .action(importProject);
}

const compiler = {
  compilerOptions: {
    target: "ES2022",
    module: "node16",
    moduleResolution: "node16",
    strict: true,
    skipLibCheck: true,
    types: ["node"],
  },
  files: ["main.ts"],
  // Types are checked by `npx tsc --noEmit`: at each synth that would take four times as long as the synth itself.
  "ts-node": { transpileOnly: true },
};

async function importProject(project: string, flags: Flags): Promise<void> {
  const problem = projectNameProblem(project);
  if (problem !== undefined) throw new Error(problem);
  const out = flags.out ?? project;
  const files = { code: join(out, "main.ts"), settings: join(out, "cdktf.json"), compiler: join(out, "tsconfig.json") };
  const there = Object.values(files).find(existsSync);
  if (there !== undefined && flags.force !== true) {
    throw new Error(`${there} is there already; give another folder with --out, or --force to overwrite it`);
  }
  const region = regionOf(flags, undefined);
  const { client, close } = clientFor(flags, region);
  try {
    const contents = await readProject(client, project);
    const { text, leftOut } = writeTypeScript(contents, { region, ...(flags.stack ? { stack: flags.stack } : {}) });
    mkdirSync(out, { recursive: true });
    writeFileSync(files.code, text);
    const settings = { language: "typescript", app: "npx ts-node main.ts", sendCrashReports: "false" };
    writeFileSync(files.settings, `${JSON.stringify(settings, null, 2)}\n`);
    writeFileSync(files.compiler, `${JSON.stringify(compiler, null, 2)}\n`);
    const counts = {
      logstores: contents.logstores.length,
      machineGroups: contents.machineGroups.length,
      logtailConfigs: contents.configs.length,
    };
    if (flags.json) {
      process.stdout.write(`${JSON.stringify({ files: Object.values(files), ...counts, leftOut }, null, 2)}\n`);
      return;
    }
    const lines = [
      `${files.code}: ${counts.logstores} logstores, ${counts.machineGroups} machine groups, ${counts.logtailConfigs} Logtail configs found`,
      ...leftOut.map((one) => `  not declared: ${one}`),
      `Then, in ${out}: npx cdktf deploy, npx cdktf-sls plan`,
    ];
    process.stdout.write(`${lines.join("\n")}\n`);
  } finally {
    close();
  }
}
