import { Command } from "commander";
import { roleEnvironment, roleWish } from "../../deploy";
import { proxyFromEnv } from "../../sls";
import { runProgram } from "../run-program";

interface Flags {
  readonly readOnly?: boolean;
}

export function execCommand(): Command {
  return new Command("exec")
    .description("run a command with the keys of the RAM role that the job's OIDC token stands for")
    .argument("<command...>", "after --, the command with its arguments")
    .option("--read-only", "a job that only looks: the role of ALIBABA_CLOUD_PLAN_ROLE_ARN, where there is one")
    .passThroughOptions()
    .addHelpText(
      "after",
      "\nReads ALIBABA_CLOUD_ROLE_ARN, ALIBABA_CLOUD_OIDC_PROVIDER_ARN and CDKTF_SLS_ID_TOKEN; without a role the command gets the environment's own access key." +
        "\nALIBABA_CLOUD_ROLE_SECONDS: how long the keys last (3600). The exit code is the command's.",
    )
    .action(async ([program = "", ...args]: string[], flags: Flags) => {
      const wish = roleWish(process.env, flags.readOnly);
      const env = wish === undefined ? {} : await roleEnvironment(wish, proxyFromEnv(process.env));
      process.exitCode = await runProgram(program, args, env);
    });
}
