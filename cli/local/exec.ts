import { Command } from "commander";
import { runningStatus } from "../../emulator";
import { runProgram } from "../run-program";
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
      process.exitCode = await runProgram(program, args, await localEnv(flags));
    });
}
