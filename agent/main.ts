/** The `sls-agent` command: arguments, signals and exit codes. Everything else is in run.ts. */
import * as fs from "node:fs";
import { Command, CommanderError } from "commander";
import { readIdentity } from "./config/identity";
import type { Option } from "./config/option";
import { options, type OptionName } from "./config/options";
import { SettingsError, defaultConfigDir, loadSettings, type Flags, type Settings } from "./config/settings";
import { openDataDir } from "./data-dir";
import { Agent, type AgentEnd } from "./run";
import { realService } from "./service";
import { eventLog } from "./status/event-log";
import type { AgentEvent, Emit } from "./status/events";
import { describeStatus, readStatus, writeReadyFile } from "./status/status-file";
import { agentVersion } from "./version";
import { realWorld } from "./world";

/** An agreement with whoever supervises the agent; the table is in docs/agent.md. */
export const exitCodes = {
  /** Done; at a stop: every accepted line is sent, set aside or kept on disk. */
  ok: 0,
  /** Could not start, or failed on the way; starting again may help. */
  failed: 1,
  /** Arguments or settings are wrong; starting again does not help. */
  usage: 2,
  /** `status`: no agent runs. */
  notRunning: 3,
  /** Stopped, and accepted lines could not be kept on disk. */
  linesLost: 4,
} as const;

type Listening = Extract<AgentEvent, { type: "Listening" }>;

/** Flags carry no defaults: one would hide what the file says. */
type RunFlags = Record<string, string | string[] | undefined> & { configDir?: string; readyFile?: string };

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
  return loadSettings(flags.configDir === undefined ? sources : { ...sources, configDir: flags.configDir });
}

function withSettingsFlags(command: Command): Command {
  command.option("--config-dir <folder>", `holds user_defined_id and sls-agent.json (${defaultConfigDir})`);
  for (const [, { flag, doc, fallback, fallbackText }] of table) {
    if (flag !== undefined) command.option(flag, `${doc} (${fallbackText ?? String(fallback)})`);
  }
  return command;
}

async function run(flags: RunFlags): Promise<number> {
  const settings = settingsOf(flags);
  const service = usable(() => realService(settings, process.env));
  const dataDir = await openDataDir(settings.dataDir);
  if (flags.readyFile !== undefined) fs.rmSync(flags.readyFile, { force: true });
  const print = eventLog({
    format: settings.logFormat,
    level: settings.logLevel,
    write: (line) => void process.stdout.write(line),
    now: realWorld.now,
  });
  const emit: Emit = (event) => {
    print(event);
    if (flags.readyFile !== undefined && isReady(event)) tellReady(flags.readyFile, event);
  };
  // Nobody reads any more: no reason to stop carrying lines.
  process.stdout.on("error", () => undefined);
  const agent = new Agent({ settings, env: process.env, service, world: realWorld, emit });
  keepLinesOnFailure(agent, emit);
  // As rsyslog and most daemons take it; without this it would end the process with all that waits in memory.
  process.on("SIGHUP", () => agent.refresh());
  try {
    const why = await Promise.race([firstSignal(() => agent.force()), agent.inputEnded]);
    return codeOf(await agent.stop(why, settings.drainSeconds * 1000));
  } finally {
    dataDir.close();
  }
}

/** The port that the forwarder of docs/agent.md needs; the other inputs open in the same moment. */
const isReady = (event: AgentEvent): event is Listening & { port: number } =>
  event.type === "Listening" && event.input === "syslog-tcp" && event.port !== undefined;

/** A ready file that cannot be written must not stop the lines. */
function tellReady(file: string, event: Parameters<typeof writeReadyFile>[1]): void {
  try {
    writeReadyFile(file, event);
  } catch (error) {
    fs.writeSync(2, `sls-agent: --ready-file: ${(error as Error).message}\n`);
  }
}

const codeOf = (end: AgentEnd): number => (end.lost > 0 ? exitCodes.linesLost : exitCodes.ok);

/** Resolves with the name of the first signal to end; each one after that forces. */
function firstSignal(force: () => void): Promise<string> {
  return new Promise((resolve) => {
    let seen = false;
    for (const signal of ["SIGTERM", "SIGINT", "SIGQUIT"] as const) {
      process.on(signal, () => {
        if (seen) force();
        seen = true;
        resolve(signal);
      });
    }
  });
}

/** A bug must not cost lines: what waits goes to disk before the process ends. */
function keepLinesOnFailure(agent: Agent, emit: Emit): void {
  process.on("uncaughtException", (error: Error) => {
    emit({ type: "AgentFailed", message: `unexpected: ${error.stack ?? error.message}` });
    agent.keepRest();
    process.exit(exitCodes.failed);
  });
}

/** What is wrong with the environment is wrong with the settings. */
function usable<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new SettingsError([(error as Error).message]);
  }
}

/** Arguments of a command may hold secrets: of these only the number is told. */
const shown = (settings: Settings): object => ({
  ...settings,
  inputs: settings.inputs.map(({ source, ...rest }) => {
    if (source.type !== "exec") return { source, ...rest };
    const [program, ...args] = source.command;
    return { source: { type: source.type, command: [program, `(${args.length} arguments)`] }, ...rest };
  }),
});

function validate(flags: RunFlags): number {
  const settings = settingsOf(flags);
  usable(() => realService(settings, process.env)).close();
  const identity = readIdentity(settings.configDir, process.env, settings.workingIp);
  if (identity.problems.length > 0) throw new SettingsError(identity.problems);
  process.stdout.write(`${JSON.stringify({ settings: shown(settings), machine: identity }, undefined, 2)}\n`);
  return exitCodes.ok;
}

function status(flags: RunFlags & { json?: boolean }): number {
  const { dataDir } = settingsForStatus(flags);
  const found = readStatus(dataDir);
  const alive = found.state !== "stopped" && isAlive(found.pid);
  if (flags.json) process.stdout.write(`${JSON.stringify({ ...found, alive }, undefined, 2)}\n`);
  else process.stdout.write(describeStatus(found, alive));
  return alive ? exitCodes.ok : exitCodes.notRunning;
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

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Someone else's process is one, too.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
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
      code = await run(flags);
    });
  withSettingsFlags(program.command("validate"))
    .description("check arguments, settings and environment, print what would be used, and exit (0, or 2)")
    .action((flags: RunFlags) => {
      code = validate(flags);
    });
  withSettingsFlags(program.command("status"))
    .description("what the agent of a data folder does (exit 3 when none runs)")
    .option("--json", "as JSON")
    .action((flags: RunFlags) => {
      code = status(flags);
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
    return usage ? exitCodes.usage : exitCodes.failed;
  }
}

if (require.main === module) {
  void main(process.argv.slice(2)).then((code) => process.exit(code));
}
