import { Command } from "commander";
import { addCommand } from "./fault/add";
import { clearCommand } from "./fault/clear";
import { downCommand } from "./fault/down";
import { listCommand } from "./fault/list";

export function faultCommand(): Command {
  return new Command("fault")
    .description("make things go wrong on purpose: errors, delays, cut connections, a wrong clock")
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(clearCommand())
    .addCommand(downCommand());
}
