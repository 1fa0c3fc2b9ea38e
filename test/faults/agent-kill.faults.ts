/** kill -9 of the agent over plain TCP, which has no answers: beside it rsyslog in the agent's place, held to the same. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { builtAgent, type RunningAgent } from "../agent/support/bundle";
import { chance } from "../agent/support/chance";
import { reachable } from "../agent/support/rsyslog";
import { freePort } from "../support/ports";
import { until } from "../agent/support/world";
import { testWith, tool } from "../support/tools";
import { FaultBench, endOf, outcomeOf, pause, portOf } from "./support/bench";
import { folderOf, tcpForwarder, tcpReceiver } from "./support/forwarders";
import { stepLine, stream } from "./support/lines";
import { report } from "./support/outcome";
import { isShort } from "./support/short";
import { freeze, unreadBytes } from "./support/unread";

const isLinux = process.platform === "linux";
const testRsyslog = testWith("rsyslogd on Linux", isLinux ? tool("rsyslogd") : undefined);
const perSecond = 5_000;
const kills = isShort ? 3 : 20;

/** What a kill may double: see agent/sender/under-way.ts. */
const mostDoubled = 1_000;
/** Kills that may hit the tenths of a millisecond between a read and the write that follows; each costs that read. */
const mostCaught = Math.max(2, kills / 4);
/** The bytes of a read. */
const mostAtOnce = 64 * 1024;

const sentIds = (agent: RunningAgent): string[] =>
  agent.events().flatMap(({ event, requestId }) => (event === "BatchSent" ? [String(requestId)] : []));

/** As long as every other, so that bytes tell lines. */
const paddedLine = (n: number): string => `<13>1 - h a - - - ${String(n).padStart(7, "0")}\n`;

/** Starts who takes lines at a port over TCP; resolves when it listens. */
type StartReceiver = () => Promise<ChildProcess>;

interface Killed {
  /** Lines sent in all. */
  readonly count: number;
  /** Of each kill, the number of the first line that was sent after it. */
  readonly at: readonly number[];
  /** Of each kill, the bytes that lay in the kernel: nobody had read them, and nobody can save them. */
  readonly unread: readonly number[];
}

/**
 * The real rsyslog sends to it without a break, over one connection after the other. At each kill first the receiver is stopped, then
 * rsyslog, so that what nobody had read is known, and is all that came until then: how long the kernel takes to close the
 * connections of the dead, and who gets the processor meanwhile, changes nothing.
 */
async function killOften(port: number, start: StartReceiver, folder: string): Promise<Killed> {
  let receiver = await start();
  const forwarder = await tcpForwarder(folder, port);
  let next = 0;
  let over = false;
  const told = (n: number): void => void (next = n);
  const sending = stream(forwarder.port, 0, { perSecond, stop: () => over, line: paddedLine, told });
  const at: number[] = [];
  const unread: number[] = [];
  const random = chance(6);
  await pause(1_500);
  for (let kill = 0; kill < kills; kill++) {
    await pause(100 + random() * 500);
    await freeze(receiver);
    await freeze(forwarder.process);
    unread.push(unreadBytes(port));
    at.push(next);
    const ended = once(receiver, "exit");
    receiver.kill("SIGKILL");
    await ended;
    forwarder.process.kill("SIGCONT");
    receiver = await start();
    // Until its next try, a second later, a forwarder sends nothing.
    await pause(1_200);
  }
  over = true;
  return { count: await sending, at, unread };
}

/** Of each kill, the lines that are missing beyond those that the kernel had: read, and lost. */
function lostOfRead(times: ReadonlyMap<number, number>, { at, unread }: Killed, lineBytes: number): number[] {
  return at.map((to, kill) => {
    let lost = 0;
    for (let n = at[kill - 1] ?? 0; n < to; n++) if (!times.has(n)) lost++;
    // One line is cut where the reading ended.
    return Math.max(0, lost - Math.ceil((unread[kill] ?? 0) / lineBytes) - 1);
  });
}

describe("at kill -9 of who takes lines over TCP", () => {
  const agent = builtAgent();

  testRsyslog(
    "the agent loses what it had not read and no more, as rsyslog in its place, and doubles only where a 200 was lost",
    { tags: ["short"] },
    async () => {
      const bench = await FaultBench.start(agent.path());
      const theirPort = await freePort();
      const file = folderOf(bench, "received");
      const startTheirs: StartReceiver = async () =>
        (await tcpReceiver(folderOf(bench, "receiver"), theirPort, file)).process;
      const ourPort = await freePort();
      const agents: RunningAgent[] = [];
      const startOurs: StartReceiver = async () => {
        const running = bench.agent({ SLS_AGENT_LOG_LEVEL: "debug" }, "--port", String(ourPort));
        agents.push(running);
        await until("the agent listens", () => reachable(ourPort));
        return running.process;
      };
      const [their, our] = await Promise.all([
        killOften(theirPort, startTheirs, folderOf(bench, "their-forwarder")),
        killOften(ourPort, startOurs, folderOf(bench, "our-forwarder")),
      ]);
      const received = (): string => readFileSync(file, "utf8");
      await until("rsyslog has the last line", () => timesIn(received()).has(their.count - 1));
      await until("the agent has the last line", async () => (await bench.stored()).has(our.count - 1));
      expect(await endOf(agents.at(-1) as RunningAgent)).toMatchObject({ keptOnDisk: 0, lost: 0 });
      const lineBytes = received().indexOf("\n") + 1;
      const times = timesIn(received());
      const stored = await bench.stored();
      const theirLost = lostOfRead(times, their, lineBytes);
      const ourLost = lostOfRead(stored, our, lineBytes);
      const inItsPlace = `${kills} x kill -9 of rsyslog in the agent's place, TCP; lost of what it had read: ${sum(theirLost)}`;
      report(inItsPlace, outcomeOf(times, their.count));
      const name = `${kills} x kill -9 of the agent, TCP from rsyslog; lost of what it had read: ${sum(ourLost)}`;
      const { doubled } = await bench.outcome(name, our.count);
      for (const lost of [theirLost, ourLost]) {
        expect(lost.filter((lines) => lines > 0).length).toBeLessThanOrEqual(mostCaught);
        expect(Math.max(...lost)).toBeLessThanOrEqual(mostAtOnce / lineBytes);
      }
      expect(Math.max(...doubledAt(stored, our.at))).toBeLessThan(mostDoubled);
      // Only where a 200 was lost: what was stored and not told as such, kill by kill.
      const told = new Set(agents.flatMap((one) => sentIds(one)));
      const storedRequests = bench.cloud.requests.filter(
        ({ operation, status }) => operation === "PostLogStoreLogs" && status === 200,
      );
      expect(storedRequests.length - told.size).toBeGreaterThanOrEqual(doubled > 0 ? 1 : 0);
    },
  );

  // Stopped first, so that it can be told what it had read: the rest is what the kernel had.
  it.runIf(isLinux)("the agent has on disk what it has read", { tags: ["short"] }, async () => {
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
      await freeze(running.process);
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
    expect(lost.filter((lines) => lines > 0).length).toBeLessThanOrEqual(mostCaught);
    expect(doubled).toBeLessThan(kills * mostDoubled);
  });
});

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

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
