/** The local cloud after kill -9: how long until it answers again, and until all its logs are found. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keptCredentials } from "../emulator/access-key";
import {
  batchesOf,
  linesInBatch,
  logstore,
  project,
  resident,
  runLocalCloud,
  setUp,
  timed,
  type Running,
} from "./local-cloud";
import { Connections, prepare } from "./sls-request";

export async function benchRestart(bytes: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "cdktf-sls-bench-"));
  let cloud: Running | undefined;
  try {
    const args = ["--state", folder, "--data", join(folder, "data")];
    cloud = await runLocalCloud(...args);
    const credentials = keptCredentials(folder);
    const begin = Math.floor(Date.now() / 1000) - 3600;
    const { prepared, raw } = batchesOf(100 * linesInBatch, begin, 3600, credentials);
    const connections = new Connections(cloud.port, 8);
    await setUp(connections, credentials);
    const times = Math.ceil(bytes / raw);
    for (let i = 0; i < times; i++) await connections.sendAll(prepared);
    connections.close();
    const gone = once(cloud.process, "exit");
    cloud.process.kill("SIGKILL");
    await gone;

    const again = (cloud = await runLocalCloud(...args));
    const after = new Connections(again.port, 1);
    const query = {
      type: "histogram",
      query: "todo-list or certificate-updater",
      from: String(begin),
      to: String(begin + 3600),
    };
    const ask = prepare({ method: "GET", path: `/logstores/${logstore}`, query }, project, credentials);
    const expected = String(100 * linesInBatch * times);
    const found = await timed(async () => {
      for (;;) {
        const { headers } = await after.send(ask);
        if (headers["x-log-progress"] !== "Complete") continue;
        if (headers["x-log-count"] !== expected)
          throw new Error(`found ${String(headers["x-log-count"])} of ${expected} logs`);
        return;
      }
    });
    after.close();
    const result = {
      question: "restart after kill -9",
      raw: raw * times,
      logs: Number(expected),
      readyMs: Math.round(again.startMs),
      allFoundMs: Math.round(found),
      residentMiB: resident(again.process.pid, "VmRSS"),
    };
    process.stdout.write(
      `\nRestart after kill -9 with ${(result.raw / 1e9).toFixed(2)} GB in ${expected} logs\n` +
        `  ready ${result.readyMs} ms; all found by a query ${result.allFoundMs} ms later; resident ${result.residentMiB} MiB\n` +
        `${JSON.stringify(result)}\n`,
    );
  } finally {
    cloud?.process.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}
