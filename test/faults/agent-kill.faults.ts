/** kill -9 of the agent over plain TCP, which has no answers: beside it rsyslog in the agent's place, killed in the same way. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import * as net from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { builtAgent, type RunningAgent } from "../agent/support/bundle";
import { chance } from "../agent/support/chance";
import { freePort, reachable } from "../agent/support/rsyslog";
import { until } from "../agent/support/world";
import { testWith, tool } from "../support/tools";
import { FaultBench, endOf, outcomeOf, pause, portOf } from "./support/bench";
import { folderOf, tcpForwarder, tcpReceiver } from "./support/forwarders";
import { rfc5424Line, stepLine, stream } from "./support/lines";
import { report } from "./support/outcome";
import { isShort } from "./support/short";
import { isStopped, unreadBytes } from "./support/unread";

const testRsyslog = testWith("rsyslogd", tool("rsyslogd"));
const perSecond = 5_000;
const kills = isShort ? 3 : 20;

/** What a kill may double: see agent/sender/under-way.ts. */
const mostDoubled = 1_000;
/**
 * The kernel closes the connections of a killed process after it has taken its memory, and that takes the longer the more it has:
 * 3 to 6 ms for the agent, 1 for rsyslog, each times as many processes as want the processor. What comes meanwhile is lost, so
 * it is measured, kill by kill. Beyond that so much is chance: who of the two got the processor first.
 */
const chanceMs = 10;

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

interface Killed {
  /** Lines sent in all. */
  readonly count: number;
  /** The number of the next line, at each kill. */
  readonly at: readonly number[];
}

/** At the same moments, on the same machine: each has a forwarder of its own, which goes on without a break. */
async function killTogether(receivers: readonly Receiver[], folder: string): Promise<Killed[]> {
  await Promise.all(receivers.map((each) => each.start()));
  let over = false;
  const next: number[] = [];
  const killed: number[][] = receivers.map(() => []);
  const sending = receivers.map(async ({ port }, at) => {
    const forwarder = await tcpForwarder(join(folder, `forwarder-${at}`), port);
    const told = (n: number): void => void (next[at] = n);
    return stream(forwarder.port, 0, { perSecond, stop: () => over, line: rfc5424Line, told });
  });
  const random = chance(6);
  await pause(1_500);
  for (let kill = 0; kill < kills; kill++) {
    await pause(100 + random() * 500);
    killed.forEach((each, at) => each.push(next[at] ?? 0));
    await Promise.all(receivers.map((each) => each.kill()));
    await Promise.all(receivers.map((each) => each.start()));
    // Until its next try, a second later, a forwarder sends nothing.
    await pause(1_200);
  }
  over = true;
  const counts = await Promise.all(sending);
  return counts.map((count, at) => ({ count, at: killed[at] ?? [] }));
}

describe("at kill -9 of who takes lines over TCP", () => {
  const agent = builtAgent();

  testRsyslog(
    "the agent loses what comes while the kernel closes its connection, and doubles only where a 200 was lost",
    { tags: ["short"] },
    async () => {
      const bench = await FaultBench.start(agent.path());
      const file = folderOf(bench, "received");
      const theirs = await rsyslogInItsPlace(folderOf(bench, "receiver"), file);
      const port = await freePort();
      let running: RunningAgent | undefined;
      const agents: RunningAgent[] = [];
      let closingMs = 0;
      let closed: Promise<unknown> = Promise.resolve();
      const ours: Receiver = {
        port,
        start: async () => {
          running = bench.agent({ SLS_AGENT_LOG_LEVEL: "debug" }, "--port", String(port));
          agents.push(running);
          await until("the agent listens", () => reachable(port), 20_000);
          const watched = net.connect(port, "127.0.0.1").on("error", () => undefined);
          await once(watched, "connect");
          closed = new Promise((resolve) => watched.resume().on("close", resolve));
        },
        kill: async () => {
          const begun = performance.now();
          running?.process.kill("SIGKILL");
          await closed;
          closingMs += performance.now() - begun;
          await running?.ended;
        },
      };
      const [their, our] = (await killTogether([theirs, ours], bench.folder)) as [Killed, Killed];
      const read = (): Map<number, number> => timesIn(readFileSync(file, "utf8"));
      await until("rsyslog has the last line", () => read().has(their.count - 1), 20_000);
      const theirOutcome = outcomeOf(read(), their.count);
      report(`${kills} x kill -9 of rsyslog in the agent's place, TCP`, theirOutcome);
      await until("the agent has the last line", async () => (await bench.stored()).has(our.count - 1), 20_000);
      expect(await endOf(agents.at(-1) as RunningAgent)).toMatchObject({ keptOnDisk: 0, lost: 0 });
      const { lost, doubled } = await bench.outcome(`${kills} x kill -9 of the agent, TCP from rsyslog`, our.count);
      const whileClosing = (closingMs * perSecond) / 1_000;
      expect(lost).toBeLessThanOrEqual(theirOutcome.lost + whileClosing + (kills * chanceMs * perSecond) / 1_000);
      expect(Math.max(...doubledAt(await bench.stored(), our.at))).toBeLessThan(mostDoubled);
      // Only where a 200 was lost: what was stored and not told as such, kill by kill.
      const told = new Set(agents.flatMap((one) => sentIds(one)));
      const stored = bench.cloud.requests.filter(
        ({ operation, status }) => operation === "PostLogStoreLogs" && status === 200,
      );
      expect(stored.length - told.size).toBeGreaterThanOrEqual(doubled > 0 ? 1 : 0);
    },
  );

  // Stopped first, so that it can be told what it had read: the rest is what the kernel had.
  it.runIf(process.platform === "linux")("the agent has on disk what it has read", { tags: ["short"] }, async () => {
    const bench = await FaultBench.start(agent.path());
    const random = chance(12);
    const reads: { readonly from: number; readonly to: number }[] = [];
    let next = 0;
    for (let kill = 0; kill < kills; kill++) {
      const running = bench.agent();
      const port = await portOf(running);
      const from = next;
      let text = "";
      const line = (n: number): string => {
        const one = stepLine(n);
        text += one;
        return one;
      };
      let over = false;
      const sending = stream(port, from, { perSecond, stop: () => over, line });
      await pause(300 + random() * 300);
      running.process.kill("SIGSTOP");
      await until("the agent is stopped", () => isStopped(running.process.pid));
      const read = text.slice(0, text.length - unreadBytes(port));
      reads.push({ from, to: from + read.split("\n").length - 1 });
      over = true;
      running.process.kill("SIGKILL");
      await running.ended;
      next = await sending;
    }
    const last = bench.agent();
    await portOf(last);
    expect(await endOf(last)).toMatchObject({ keptOnDisk: 0, lost: 0 });
    const { doubled } = await bench.outcome(`${kills} x kill -9 of the agent, TCP`, next);
    const times = await bench.stored();
    const lost = reads.map(({ from, to }) => {
      let missing = 0;
      for (let n = from; n < to; n++) if (!times.has(n)) missing++;
      return missing;
    });
    // It may be killed in the tenth of a millisecond between a read and the write that follows.
    expect(lost.filter((lines) => lines > 0).length).toBeLessThanOrEqual(Math.max(2, kills / 4));
    expect(doubled).toBeLessThan(kills * mostDoubled);
  });
});

/** Of the lines that were sent before each kill and after the one before it, those that are there more than once. */
function doubledAt(times: ReadonlyMap<number, number>, killed: readonly number[]): number[] {
  return killed.map((to, kill) => {
    let doubled = 0;
    for (let n = killed[kill - 1] ?? 0; n < to; n++) if ((times.get(n) ?? 0) > 1) doubled++;
    return doubled;
  });
}

function timesIn(text: string): Map<number, number> {
  const times = new Map<number, number>();
  for (const [number] of text.matchAll(/\d+(?=\s*\n)/g))
    times.set(Number(number), (times.get(Number(number)) ?? 0) + 1);
  return times;
}
