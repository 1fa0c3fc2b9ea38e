import { Command, Option } from "commander";
import { envOfRunning, runningStatus } from "../../emulator";
import {
  addStateOption,
  providerEnv,
  providers,
  quoted,
  stateDir,
  stateHint,
  type LocalFlags,
  type ProviderChoice,
} from "./options";

interface EnvFlags extends LocalFlags {
  readonly provider: ProviderChoice;
}

export const addProviderOption = (command: Command): Command =>
  command.addOption(
    new Option("--provider <which>", "terraform provider: our stand-in, or the real one")
      .choices(providers)
      .default("stand-in"),
  );

/** Throws when none runs. */
export async function localEnv(flags: EnvFlags): Promise<Record<string, string>> {
  const status = await runningStatus(stateDir(flags));
  if (status === undefined)
    throw new Error(`no local cloud is running; start it with: npx cdktf-sls local start${stateHint(flags)}`);
  return { ...envOfRunning(stateDir(flags), status), ...providerEnv(flags, flags.provider) };
}

export function envCommand(): Command {
  return addProviderOption(addStateOption(new Command("env")))
    .description("print the environment in which unmodified programs reach the local cloud, for a shell to evaluate")
    .option("--json", "print JSON")
    .action(async (flags: EnvFlags) => {
      const env = await localEnv(flags);
      const lines = Object.entries(env).map(([name, value]) => `export ${name}=${quoted(value)}\n`);
      process.stdout.write(flags.json ? `${JSON.stringify(env, null, 2)}\n` : lines.join(""));
    });
}
