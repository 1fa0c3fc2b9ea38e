/** kill -9 of the agent over plain TCP, which has no answers: beside it rsyslog in the agent's place, killed in the same way. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { builtAgent, type RunningAgent } from "../agent/support/bundle";
import { chance } from "../agent/support/chance";
import { freePort, reachable } from "../agent/support/rsyslog";
import { until } from "../agent/support/world";
import { testWith, tool } from "../support/tools";
import { FaultBench, endOf, outcomeOf, pause } from "./support/bench";
import { folderOf, tcpForwarder, tcpReceiver } from "./support/forwarders";
import { rfc5424Line, stream } from "./support/lines";
import { report, type Outcome } from "./support/outcome";
import { isShort } from "./support/short";

const testRsyslog = testWith("rsyslogd", tool("rsyslogd"));
const perSecond = 5_000;
const kills = isShort ? 3 : 20;

/** Of lines a kill, where rsyslog happens to lose less. */
const lostMs = 60;

const sentIds = (agent: RunningAgent): string[] =>
  agent.events().flatMap(({ event, requestId }) => (event === "BatchSent" ? [String(requestId)] : []));

/** Who takes lines over TCP and is killed. */
interface Receiver {
  readonly port: number;
  start(): Promise<void>;
  kill(): Promise<void>;
}

const rsyslogInItsPlace = async (folder: string, file: string): Promise<Receiver> => {
  const port = await freePort();
  let rsyslog: Awaited<ReturnType<typeof tcpReceiver>>;
  return {
    port,
    start: async () => {
      rsyslog = await tcpReceiver(folder, port, file);
    },
    kill: () => rsyslog.stop("SIGKILL"),
  };
};

/** At the same moments, on the same machine: each has a forwarder of its own, which goes on without a break. */
async function killTogether(receivers: readonly Receiver[], folder: string): Promise<number[]> {
  await Promise.all(receivers.map((each) => each.start()));
  let over = false;
  const sending = receivers.map(async ({ port }, at) => {
    const forwarder = await tcpForwarder(join(folder, `forwarder-${at}`), port);
    return stream(forwarder.port, 0, { perSecond, stop: () => over, line: rfc5424Line });
  });
  const random = chance(6);
  await pause(1_500);
  for (let kill = 0; kill < kills; kill++) {
    await pause(100 + random() * 500);
    await Promise.all(receivers.map((each) => each.kill()));
    await Promise.all(receivers.map((each) => each.start()));
    // Until its next try, a second later, a forwarder sends nothing.
    await pause(1_200);
  }
  over = true;
  return Promise.all(sending);
}

describe("at kill -9 of who takes lines over TCP", () => {
  const agent = builtAgent();

  testRsyslog(
    "the agent loses no more than rsyslog does, and doubles only where a 200 was lost",
    { tags: ["short"] },
    async () => {
      const bench = await FaultBench.start(agent.path());
      const file = folderOf(bench, "received");
      const theirs = await rsyslogInItsPlace(folderOf(bench, "receiver"), file);
      const port = await freePort();
      let running: RunningAgent | undefined;
      const agents: RunningAgent[] = [];
      const ours: Receiver = {
        port,
        start: async () => {
          running = bench.agent({ SLS_AGENT_LOG_LEVEL: "debug" }, "--port", String(port));
          agents.push(running);
          await until("the agent listens", () => reachable(port), 20_000);
        },
        kill: async () => {
          running?.process.kill("SIGKILL");
          await running?.ended;
        },
      };
      const [theirCount = 0, count = 0] = await killTogether([theirs, ours], bench.folder);
      const read = (): Map<number, number> => timesIn(readFileSync(file, "utf8"));
      await until("rsyslog has the last line", () => read().has(theirCount - 1), 20_000);
      const their = outcomeOf(read(), theirCount);
      report(`${kills} x kill -9 of rsyslog in the agent's place, TCP`, their);
      await until("the agent has the last line", async () => (await bench.stored()).has(count - 1), 20_000);
      expect(await endOf(agents.at(-1) as RunningAgent)).toMatchObject({ keptOnDisk: 0, lost: 0 });
      const our: Outcome = await bench.outcome(`${kills} x kill -9 of the agent, TCP from rsyslog`, count);
      // The kernel closes the sockets of a killed process after it has taken its memory: that is 1 ms for rsyslog, some 6 ms for
      // Node, and what comes meanwhile is lost. A busy machine adds to both by chance.
      expect(our.lost).toBeLessThanOrEqual(Math.max(2 * their.lost, (kills * perSecond * lostMs) / 1_000));
      expect(our.doubled).toBeLessThan(kills * 1_000);
      // Only where a 200 was lost: what was stored and not told as such, kill by kill.
      const told = new Set(agents.flatMap((one) => sentIds(one)));
      const stored = bench.cloud.requests.filter(
        ({ operation, status }) => operation === "PostLogStoreLogs" && status === 200,
      );
      expect(stored.length - told.size).toBeGreaterThanOrEqual(our.doubled > 0 ? 1 : 0);
    },
  );
});

function timesIn(text: string): Map<number, number> {
  const times = new Map<number, number>();
  for (const [number] of text.matchAll(/\d+(?=\s*\n)/g))
    times.set(Number(number), (times.get(Number(number)) ?? 0) + 1);
  return times;
}
