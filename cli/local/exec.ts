import { spawn } from "node:child_process";
import { constants } from "node:os";
import { Command } from "commander";
import { runningStatus } from "../../emulator";
import { addProviderOption, localEnv } from "./env";
import { addStateOption, stateDir, stateHint, type LocalFlags, type ProviderChoice } from "./options";
import { startInBackground } from "./start";

interface ExecFlags extends LocalFlags {
  readonly provider: ProviderChoice;
}

export function execCommand(): Command {
  return addProviderOption(addStateOption(new Command("exec")))
    .description("run a command inside the local cloud, which is started when it does not run")
    .argument("<command...>", "after --, the command with its arguments")
    .passThroughOptions()
    .addHelpText(
      "after",
      "\nThe exit code is the command's.\n\n  cdktf-sls local exec -- npx cdktf deploy --auto-approve --skip-provider-lock",
    )
    .action(async ([program = "", ...args]: string[], flags: ExecFlags) => {
      if ((await runningStatus(stateDir(flags))) === undefined) {
        const status = await startInBackground({ ...flags, port: "0", region: "cn-hangzhou", quotas: "off" });
        process.stderr.write(
          `local cloud started at ${status.url} (pid ${status.pid}); it keeps running: npx cdktf-sls local stop${stateHint(flags)}\n`,
        );
      }
      process.exitCode = await runInside(program, args, await localEnv(flags));
    });
}

function runInside(program: string, args: readonly string[], env: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: "inherit", env: { ...process.env, ...env } });
    // A terminal sends Ctrl-C to the child too: what it does with it decides how this ends.
    const pass = (signal: NodeJS.Signals): boolean => child.kill(signal);
    for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, pass);
    process.on("SIGINT", () => undefined);
    child.on("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "ENOENT" ? new Error(`${program}: command not found`) : error),
    );
    child.on("exit", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}
