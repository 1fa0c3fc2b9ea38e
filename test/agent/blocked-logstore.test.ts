/** One logstore that takes nothing must not hold up another, though the lines of both come over one connection. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import * as net from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { FaultRule } from "../../emulator";
import { relpFrame } from "../../agent/inputs/relp/frame";
import type { AgentStatus } from "../../agent/status/status-file";
import { allLogs } from "../support/local-cloud";
import { builtAgent, spawnAgent, type RunningAgent } from "./support/bundle";
import { cloudBench, stopped, type CloudBench } from "./support/cloud-bench";
import { until } from "./support/world";

const endpoint = "http://cn-hangzhou.log.aliyuncs.com";
const rounds = 2;
const perRound = 1_500;
/** More than the memory below in all, so that the blocked lines have to lie on disk. */
const padding = "x".repeat(1_500);
const stores = { sys_tag: "test-logstore", blocked_tag: "blocked-store" };

const line = (tag: string, n: number): string =>
  `0.1 ${tag} ${Math.floor(Date.now() / 1000)} 127.0.0.1 vm user.info 0 app - -  ${n} ${padding}`;
/** Lines of both tags, one after the other. */
const batch = (round: number): string[] =>
  Array.from({ length: perRound }, (_, i) => round * perRound + i).flatMap((n) =>
    Object.keys(stores).map((tag) => line(tag, n)),
  );

async function twoStores(): Promise<CloudBench> {
  const b = await cloudBench();
  const { client, project } = b;
  await client.createLogStore(project, stores.blocked_tag, { ttl: 1, shardCount: 1 });
  await client.createIndex(project, stores.blocked_tag, { line: { token: [" "], caseSensitive: false } });
  await client.createLogtailConfig(project, {
    configName: "blocked-config",
    inputType: "syslog",
    inputDetail: { tag: "blocked_tag" },
    outputType: "LogService",
    outputDetail: { logstoreName: stores.blocked_tag },
  });
  await client.applyConfigToMachineGroup(project, "blocked-config", "my-group");
  return b;
}

/** Sends lines, and resolves when the other side has taken them. */
type Send = (lines: readonly string[]) => Promise<void>;

async function connected(port: unknown): Promise<net.Socket> {
  const socket = net.connect(Number(port), "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  return socket;
}

async function overTcp(running: RunningAgent): Promise<Send> {
  const { port } = await running.awaitEvent("Listening");
  const socket = await connected(port);
  return (lines) =>
    new Promise((resolve, reject) =>
      socket.write(lines.map((one) => `${one}\n`).join(""), (error) => (error ? reject(error) : resolve())),
    );
}

async function overRelp(running: RunningAgent): Promise<Send> {
  const listening = (): Record<string, unknown> | undefined =>
    running.events().find(({ event, input }) => event === "Listening" && input === "relp");
  await until("RELP listens", () => listening() !== undefined);
  const socket = await connected(listening()?.["port"]);
  let answered = 0;
  socket.on("data", (chunk: Buffer) => (answered += chunk.toString("latin1").split(" rsp 6 200 OK\n").length - 1));
  socket.write(relpFrame(1, "open", "relp_version=0\ncommands=syslog"));
  let sent = 0;
  return async (lines) => {
    socket.write(lines.map((one, i) => relpFrame(sent + i + 2, "syslog", one)).join(""));
    sent += lines.length;
    await until("all are answered", () => answered === sent);
  };
}

const statusOf = (b: CloudBench): AgentStatus =>
  JSON.parse(readFileSync(join(b.data, "status.json"), "utf8")) as AgentStatus;
const waiting = (b: CloudBench, logstore: string): number | undefined =>
  statusOf(b).queues.find((queue) => queue.logstore === logstore)?.lines;

const faults: readonly (readonly [string, Omit<FaultRule, "operation" | "logstore">])[] = [
  ["answers 5xx", { error: "InternalServerError" }],
  ["has no quota left", { error: "ShardWriteQuotaExceed" }],
  ["does not answer", { delayMs: 600_000 }],
];

describe("while one logstore", () => {
  const agent = builtAgent();

  for (const [how, fault] of faults) {
    for (const [way, open] of [
      ["TCP", overTcp],
      ["RELP", overRelp],
    ] as const) {
      it(`${how}, the lines of the other one that come with its own over ${way} are stored as ever`, async () => {
        const b = await twoStores();
        const running = spawnAgent(agent.path(), ["run", ...b.args(endpoint), "--relp-port", "0"], {
          ...b.cloud.env(),
          SLS_AGENT_LINGER_MS: "20",
          SLS_AGENT_BUFFER_MEMORY_BYTES: String(4 * 1024 * 1024),
        });
        const blocked = b.cloud.faults.add({
          operation: "PostLogStoreLogs",
          logstore: stores.blocked_tag,
          ...fault,
        });
        const send = await open(running);
        for (let round = 0; round < rounds; round++) {
          await send(batch(round));
          const stored = (round + 1) * perRound;
          await until(
            `round ${round} is stored`,
            () =>
              waiting(b, stores.sys_tag) === 0 &&
              waiting(b, stores.blocked_tag) === stored &&
              statusOf(b).lines.sent === stored,
          );
        }
        // A burst may have filled the memory for a moment; what is blocked since then must not.
        await until("both inputs listen", () => statusOf(b).inputs.every(({ state }) => state === "listening"));
        expect(statusOf(b).inputs).toHaveLength(2);
        await send([line("sys_tag", rounds * perRound)]);
        await until("a single line is stored", () => statusOf(b).lines.sent === rounds * perRound + 1);
        blocked.remove();
        // A request without an answer is given up with the agent, and its lines are sent by the next run.
        if ("delayMs" in fault) {
          running.process.kill("SIGTERM");
          running.process.kill("SIGTERM");
          await running.ended;
          const again = spawnAgent(agent.path(), ["run", ...b.args(endpoint)], b.cloud.env());
          await until("all are stored", () => again.events().length > 0 && waiting(b, stores.blocked_tag) === 0);
          await stopped(again);
        } else {
          await until("all are stored", () => waiting(b, stores.blocked_tag) === 0);
          await stopped(running);
        }
        for (const [logstore, count] of [
          [stores.sys_tag, rounds * perRound + 1],
          [stores.blocked_tag, rounds * perRound],
        ] as const) {
          const found = await allLogs(b.client, b.project, logstore);
          const numbers = found.map((log) => Number(log["msg"]?.split(" ")[0]));
          expect(new Set(numbers).size).toBe(count);
          expect(numbers).toHaveLength(count);
        }
      });
    }
  }
});
