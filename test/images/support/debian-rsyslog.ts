import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { reachable } from "../../agent/support/rsyslog";
import { freePort } from "../../support/ports";
import { until } from "../../agent/support/world";

/** Starts an rsyslogd configured in Debian's order: inputs first, then the drop-in. Resolves with the TCP port that takes lines. */
export async function startDebianRsyslog(folder: string, dropIn: string): Promise<number> {
  const port = await freePort();
  const [spool, config] = [join(folder, "spool"), join(folder, "rsyslog.conf")];
  mkdirSync(spool, { recursive: true });
  const head = [
    'module(load="imtcp")',
    `input(type="imtcp" address="127.0.0.1" port="${port}")`,
    `$WorkDirectory ${spool}`,
  ];
  writeFileSync(config, [...head, dropIn, ""].join("\n"));
  const daemon = spawn("rsyslogd", ["-n", "-f", config, "-i", join(folder, "pid")], { stdio: "ignore" });
  const ended = new Promise((resolve) => daemon.on("exit", resolve));
  onTestFinished(async () => {
    daemon.kill("SIGKILL");
    await ended;
  });
  await until("rsyslogd listens", () => reachable(port));
  return port;
}
