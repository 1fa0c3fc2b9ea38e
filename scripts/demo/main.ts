/**
 * `npm run demo`: the whole path on the local cloud, told as it happens.
 * Exit codes: 0 all lines found, 1 something failed, 130 or 143 ended by a signal.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { colors as pc } from "../../deploy/colors";
import { say } from "./console";
import { runDemo } from "./demo";
import { stopKept } from "./keep";
import { killAll, stopAll } from "./processes";

const usage = `npm run demo -- [--keep] [--stop] [--install-opentofu]

  --keep              leave everything running at the end, and print how to look around
  --stop              stop what an earlier --keep left running
  --install-opentofu  where neither terraform nor tofu is installed, download a pinned OpenTofu without asking`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      keep: { type: "boolean", default: false },
      stop: { type: "boolean", default: false },
      "install-opentofu": { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    say(usage);
    return 0;
  }
  if (values.stop) return stopKept();
  await stopKept({ quiet: true });

  const root = mkdtempSync(join(tmpdir(), "cdktf-sls-demo-"));
  const clean = (): void => rmSync(root, { recursive: true, force: true });
  let signals = 0;
  /** Once interrupted, the signal's own handler ends the process. */
  const endBySignal = new Promise<number>(() => undefined);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (signals++ > 0) {
        killAll();
        process.exit(1);
      }
      say(pc.yellow(`\n${signal}: stopping what was started (again to force) ...`));
      void stopAll(5_000).then(() => {
        clean();
        // End by the same signal, so that the parent sees the truth.
        process.removeAllListeners(signal);
        process.kill(process.pid, signal);
      });
    });
  }
  try {
    const kept = await runDemo(root, { keep: values.keep, installOpenTofu: values["install-opentofu"] });
    if (signals > 0) return await endBySignal;
    if (!kept) clean();
    return 0;
  } catch (error) {
    if (signals > 0) return endBySignal;
    say(pc.red(`\nfailed: ${(error as Error).message}`));
    await stopAll(5_000);
    const logs = join(root, "logs");
    if (existsSync(logs) && readdirSync(logs).length > 0) say(`what the programs wrote is in ${logs}`);
    else clean();
    return 1;
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    say(pc.red(`failed: ${error instanceof Error ? error.message : String(error)}\n\n${usage}`));
    process.exit(1);
  },
);
