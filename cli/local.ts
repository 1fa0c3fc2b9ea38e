import { Command } from "commander";
import { envCommand } from "./local/env";
import { execCommand } from "./local/exec";
import { faultCommand } from "./local/fault";
import { logCommand } from "./local/log";
import { runCommand } from "./local/run";
import { startCommand } from "./local/start";
import { statusCommand } from "./local/status";
import { stopCommand } from "./local/stop";

export function localCommand(): Command {
  return new Command("local")
    .description("the local cloud: Log Service and its neighbours on this machine, with no account and no network")
    .enablePositionalOptions()
    .addCommand(startCommand())
    .addCommand(stopCommand())
    .addCommand(statusCommand())
    .addCommand(envCommand())
    .addCommand(execCommand())
    .addCommand(logCommand())
    .addCommand(faultCommand())
    .addCommand(runCommand());
}
