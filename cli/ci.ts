import { Command } from "commander";
import { execCommand } from "./ci/exec";
import { imageCommand } from "./ci/image";
import { planCommand } from "./ci/plan";

export const ciCommand = (): Command =>
  new Command("ci")
    .description("what the jobs of a pipeline run (ci/templates)")
    .enablePositionalOptions()
    .addCommand(execCommand())
    .addCommand(planCommand())
    .addCommand(imageCommand());
