/** kill -9 under load, again and again: every log that was acknowledged is there once, and the index finds what lies in the shards. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, expect, test } from "vitest";
import { keptCredentials } from "../../../emulator/access-key";
import { LogWriter, noProxy, parseProxyAddress, SlsClient, staticCredentials } from "../../../sls";
import { dist } from "../../support/tools";

const folder = mkdtempSync(join(tmpdir(), "cdktf-sls-kill-"));
const [project, logstore] = ["kill-project", "kill-logstore"];
const rounds = 20;
const writers = 4;
let cloud: ChildProcess | undefined;
afterAll(async () => {
  if (cloud?.exitCode === null && cloud.signalCode === null) {
    cloud.kill("SIGKILL");
    await once(cloud, "exit");
  }
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<string> {
  const args = ["local", "run", "--json", "--state", join(folder, "state"), "--data", join(folder, "data")];
  cloud = spawn(process.execPath, [dist("cli/main.js"), ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface({ input: cloud.stdout as NodeJS.ReadableStream });
  const [line] = (await once(lines, "line")) as [string];
  return (JSON.parse(line) as { url: string }).url;
}

const optionsFor = (url: string) => ({
  endpoint: "http://cn-hangzhou.log.aliyuncs.com",
  credentials: staticCredentials(keptCredentials(join(folder, "state"))),
  proxy: { ...noProxy, http: parseProxyAddress("HTTP_PROXY", url) },
});

/** Writes until the cloud is gone; returns the ids that it acknowledged. `count` is told of each. */
async function write(url: string, name: string, acknowledged: Set<string>, told: () => void): Promise<void> {
  const writer = new LogWriter(optionsFor(url));
  const time = Math.floor(Date.now() / 1000);
  try {
    for (let n = 0; ; n++) {
      const ids = Array.from({ length: 50 }, (_, i) => `${name}-${n}-${i}`);
      const logs = ids.map((id) => ({
        time,
        contents: [
          ["id", id],
          ["msg", "x".repeat(300)],
        ] as [string, string][],
      }));
      await writer.putLogs(project, logstore, { topic: "", source: name, logs });
      for (const id of ids) acknowledged.add(id);
      told();
    }
  } catch {
    // Killed.
  } finally {
    writer.close();
  }
}

async function everyId(client: SlsClient): Promise<string[]> {
  const ids: string[] = [];
  const now = Math.floor(Date.now() / 1000);
  const range = { from: now - 3600, to: now + 60, query: "msg: *" };
  for (let offset = 0; ;) {
    const { logs, complete } = await client.searchLogs(project, logstore, { ...range, offset, line: 100 });
    if (!complete) continue;
    ids.push(...logs.map((log) => log["id"] ?? ""));
    if (logs.length === 0) return ids;
    offset += logs.length;
  }
}

test(`${rounds} kills lose and double nothing that was acknowledged`, async () => {
  const acknowledged = new Set<string>();
  let url = await start();
  const setUp = new SlsClient(optionsFor(url));
  await setUp.createProject(project, { description: "" });
  await setUp.createLogStore(project, logstore, { ttl: 30, shardCount: 2 });
  const token = [" "];
  const text = { type: "text" as const, token, caseSensitive: false };
  await setUp.createIndex(project, logstore, { line: { token, caseSensitive: false }, keys: { msg: text, id: text } });
  setUp.close();
  for (let round = 0; round < rounds; round++) {
    let requests = 0;
    // Anywhere within what is under way: after some requests, without waiting for the rest.
    const killAt = 3 + ((round * 7) % 11);
    const told = (): void => {
      if (++requests === killAt) cloud?.kill("SIGKILL");
    };
    const exit = once(cloud as ChildProcess, "exit");
    await Promise.all(Array.from({ length: writers }, (_, i) => write(url, `r${round}w${i}`, acknowledged, told)));
    await exit;
    url = await start();
  }
  const client = new SlsClient(optionsFor(url));
  const found = await everyId(client);
  client.close();
  const times = new Map<string, number>();
  for (const id of found) times.set(id, (times.get(id) ?? 0) + 1);
  const lost = [...acknowledged].filter((id) => !times.has(id));
  const doubled = [...times].filter(([, n]) => n > 1).map(([id]) => id);
  expect({ lost, doubled }).toEqual({ lost: [], doubled: [] });
  expect(acknowledged.size).toBeGreaterThan(rounds * 3 * 50 - 1);
  expect(cloud?.exitCode).toBe(null);
});
