#!/usr/bin/env node
import { Command } from "commander";
import { errorColors as pc } from "../deploy/colors";
import { ciCommand } from "./ci";
import { deployCommand } from "./deploy";
import { imageCommand } from "./image";
import { importCommand } from "./import";
import { localCommand } from "./local";
import { planCommand } from "./plan";
import { rollbackCommand } from "./rollback";
import { searchCommand } from "./search";
import { verifyCommand } from "./verify";
import { packageVersion } from "./version";

const program = new Command("cdktf-sls")
  .description(
    "Log collection for Alibaba Cloud Log Service as code: deploy Logtail configs, search logs, run a local cloud",
  )
  .version(packageVersion())
  .enablePositionalOptions()
  .showHelpAfterError("(--help shows what is allowed)")
  .addCommand(planCommand())
  .addCommand(deployCommand())
  .addCommand(rollbackCommand())
  .addCommand(importCommand())
  .addCommand(searchCommand())
  .addCommand(verifyCommand())
  .addCommand(imageCommand())
  .addCommand(localCommand())
  .addCommand(ciCommand());

/** What they have begun they end, whoever reads of it. */
const writing = ["deploy", "rollback"];

// `cdktf-sls search | head -1`: who does not want more is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  if (!writing.includes(program.args[0] ?? "")) process.exit(0);
});

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`${pc.red("error:")} ${error instanceof Error ? error.message : String(error)}\n`);
  if (process.env["DEBUG"] && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
