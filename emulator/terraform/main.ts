#!/usr/bin/env node
/** The stand-in as a program, started by Terraform as a plugin. */
import { serve, startedByTerraform } from "./serve";

/** In the form in which Terraform takes over a plugin's log lines. */
const log = (level: "warn" | "error", message: string): void => {
  process.stderr.write(
    `${JSON.stringify({ "@level": level, "@message": message, "@timestamp": new Date().toISOString() })}\n`,
  );
};

/** Asked at once: where it is gone already, another has taken its place. */
const parent = process.ppid;

/** Resolves when the process that started this one is gone; then there is nobody left to serve. */
function orphaned(): Promise<void> {
  return new Promise((resolve) => {
    setInterval(() => process.ppid !== parent && resolve(), 1_000).unref();
  });
}

const terminated = new Promise<void>((resolve) => process.once("SIGTERM", () => resolve()));
// Ctrl-C reaches the whole group; it is Terraform's to answer, which still needs the provider to end what it has begun.
process.on("SIGINT", () => {});

async function main(): Promise<void> {
  if (!startedByTerraform(process.env)) {
    process.stderr.write(
      "This is a Terraform plugin, the offline stand-in for aliyun/alicloud; Terraform starts it by itself.\n" +
        "Run Terraform inside the local cloud: cdktf-sls local exec -- terraform plan\n",
    );
    process.exitCode = 1;
    return;
  }
  log("warn", "offline stand-in for aliyun/alicloud: resources are made in the local cloud, not in Alibaba Cloud");
  const serving = await serve(process.env, (line) => process.stdout.write(`${line}\n`));
  await Promise.race([serving.ended, terminated, orphaned()]);
  // One turn more, for the answer to the goodbye to leave.
  await new Promise((resolve) => setTimeout(resolve, 10));
  serving.close();
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    log("error", error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exit(1);
  },
);
