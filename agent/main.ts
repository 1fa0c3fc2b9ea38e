/** The `sls-agent` command: arguments, signals and exit codes. Everything else is in run.ts. */
import * as fs from "node:fs";
import { Command, CommanderError } from "commander";
import { drain } from "./commands/drain";
import { endWithReader, print } from "./commands/output";
import { run } from "./commands/run";
import { addSetAside } from "./commands/set-aside-commands";
import { runs, status } from "./commands/status";
import { validate } from "./commands/validate";
import type { Option } from "./config/option";
import { options, type OptionName } from "./config/options";
import { SettingsError, defaultConfigDir, loadSettings, type Flags, type Settings } from "./config/settings";
import { endProcess } from "./end-process";
import { exitCodes } from "./exit-codes";
import { keepHeapSmall } from "./limits/heap";
import { realService } from "./service";
import { NoStatusError } from "./status/status-file";
import { agentVersion } from "./version";

/** Flags carry no defaults: one would hide what the file says. */
type RunFlags = Record<string, string | string[] | undefined> & {
  configDir?: string;
  config?: string;
  readyFile?: string;
};

const table = Object.entries(options) as [OptionName, Option<unknown>][];
/** How commander names `--data-dir <folder>`: dataDir. */
const flagKey = (flag: string): string =>
  (flag.split(" ")[0] ?? "").slice(2).replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

function settingsOf(flags: RunFlags): Settings {
  const given: Partial<Record<OptionName, string | readonly string[]>> = {};
  for (const [name, { flag }] of table) {
    const value = flag === undefined ? undefined : flags[flagKey(flag)];
    if (value !== undefined) given[name] = value;
  }
  const sources = { env: process.env, flags: given as Flags };
  const { configDir, config } = flags;
  return loadSettings({
    ...sources,
    ...(configDir === undefined ? {} : { configDir }),
    ...(config === undefined ? {} : { file: config }),
  });
}

function withSettingsFlags(command: Command): Command {
  command.option("--config-dir <folder>", `holds user_defined_id and sls-agent.json (${defaultConfigDir})`);
  command.option("--config <file>", "settings (sls-agent.json in that folder)");
  for (const [, { flag, doc, fallback, fallbackText }] of table) {
    if (flag !== undefined) command.option(flag, `${doc} (${fallbackText ?? String(fallback)})`);
  }
  return command;
}

function start(flags: RunFlags): Promise<number> {
  const settings = settingsOf(flags);
  const service = usable(() => realService(settings, process.env));
  return run({ settings, service, readSettings: () => settingsOf(flags), readyFile: flags.readyFile });
}

/** What is wrong with the environment is wrong with the settings. */
function usable<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new SettingsError([(error as Error).message]);
  }
}

async function check(flags: RunFlags & { quiet?: boolean }): Promise<number> {
  const settings = settingsOf(flags);
  usable(() => realService(settings, process.env)).close();
  return validate({
    settings,
    env: process.env,
    running: await runs(settings.dataDir),
    now: new Date(),
    quiet: flags.quiet === true,
    write: (text) => void process.stdout.write(text),
    complain: (text) => void fs.writeSync(2, text),
  });
}

/** A person who asks for the status need not know the project. */
function settingsForStatus(flags: RunFlags): { dataDir: string } {
  if (typeof flags["dataDir"] === "string") return { dataDir: flags["dataDir"] };
  try {
    return settingsOf(flags);
  } catch (error) {
    const variable = process.env[options.dataDir.env ?? ""]?.trim();
    if (error instanceof SettingsError) return { dataDir: variable || options.dataDir.fallback };
    throw error;
  }
}

function secondsOf(text: string): number {
  const seconds = Number(text);
  if (text.trim() !== "" && seconds >= 0 && seconds <= 86_400) return seconds;
  throw new SettingsError([`--seconds must be a number from 0 to 86400, got ${JSON.stringify(text)}`]);
}

export async function main(argv: readonly string[]): Promise<number> {
  let code: number = exitCodes.ok;
  const program = new Command("sls-agent")
    .description("Takes syslog lines on this machine and sends them to Alibaba Cloud Log Service")
    .version(agentVersion)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true });
  withSettingsFlags(program.command("run"))
    .description("run until SIGTERM or SIGINT (a second one forces)")
    .option("--ready-file <file>", "written once the input listens: address, port and pid as JSON")
    .action(async (flags: RunFlags) => {
      code = await start(flags);
    });
  withSettingsFlags(program.command("validate"))
    .description("check arguments, settings and this machine, print what would be used, and exit (0, or 2)")
    .option("--quiet", "print what is found alone, not what would be used")
    .action(async (flags: RunFlags & { quiet?: boolean }) => {
      code = await check(flags);
    });
  withSettingsFlags(program.command("status"))
    .description("what the agent of a data folder does (exit 3 when none runs)")
    .option("--json", "as JSON")
    .action(async (flags: RunFlags & { json?: boolean }) => {
      endWithReader();
      const { dataDir } = settingsForStatus(flags);
      code = await status({ dataDir, json: flags.json === true, write: print });
    });
  withSettingsFlags(program.command("drain"))
    .description(
      "wait until the agent of a data folder has sent what it has (exit 5 when lines are left, 3 when none runs)",
    )
    .option("--seconds <number>", "how long to wait at most (60)")
    .action(async (flags: RunFlags & { seconds?: string }) => {
      const seconds = secondsOf(flags.seconds ?? "60");
      const write = (text: string): void => void process.stdout.write(text);
      code = await drain({ dataDir: settingsForStatus(flags).dataDir, seconds, write });
    });
  addSetAside(program, {
    withSettingsFlags,
    dataDirOf: (flags) => settingsForStatus(flags).dataDir,
    secondsOf,
    end: (result) => void (code = result),
  });
  program
    .command("version")
    .description("print the version")
    .action(() => void process.stdout.write(`${agentVersion}\n`));
  try {
    await program.parseAsync(argv as string[], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    const usage = error instanceof SettingsError;
    const problems = usage ? error.problems : [(error as Error).message];
    for (const problem of problems) fs.writeSync(2, `sls-agent: ${problem}\n`);
    if (error instanceof NoStatusError) return exitCodes.notRunning;
    return usage ? exitCodes.usage : exitCodes.failed;
  }
}

if (require.main === module) {
  keepHeapSmall();
  const args = process.argv.slice(2);
  void main(args).then((code) => (args[0] === "run" ? endProcess(code) : process.exit(code)));
}
