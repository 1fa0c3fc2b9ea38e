/** The whole agent over RELP, with the real omrelp: what rsyslog was answered is stored, whatever is killed. */
import { once } from "node:events";
import * as net from "node:net";
import { describe, expect, it } from "vitest";
import { builtAgent } from "../agent/support/bundle";
import { chance } from "../agent/support/chance";
import { temporaryFolder } from "../agent/support/folder";
import { aliLogFormat, freePort, reachable, skipWithoutOmrelp, startRsyslog } from "../agent/support/rsyslog";
import { until } from "../agent/support/world";
import { FaultBench } from "./support/bench";

const window = 300;
const perRound = 6_000;
const rounds = 20;

async function feed(port: number, from: number, count: number): Promise<void> {
  const socket = net.connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.end(Array.from({ length: count }, (_, i) => `<13>1 - h a - - - ${from + i}\n`).join(""));
  socket.resume();
  await once(socket, "close");
}

describe.skipIf(skipWithoutOmrelp)("lines over RELP (skipped without omrelp: apt-get install rsyslog-relp)", () => {
  const agent = builtAgent();

  it("at 20 kill -9 of the agent at random moments: none lost, fewer than 1,000 doubled in all", async () => {
    const folder = temporaryFolder();
    const bench = await FaultBench.start(folder, agent.path());
    const port = await freePort();
    const start = async (): Promise<ReturnType<typeof bench.agent>> => {
      const running = bench.agent({}, "--port", "off", "--relp-port", String(port));
      await until("the agent listens", () => reachable(port), 20_000);
      return running;
    };
    let running = await start();
    const rsyslog = await startRsyslog(
      folder,
      aliLogFormat,
      'module(load="omrelp")',
      `user.* action(type="omrelp" target="127.0.0.1" port="${port}" template="ALI_LOG_FMT" windowSize="${window}" timeout="5"
         action.resumeRetryCount="-1" action.resumeInterval="1" queue.type="LinkedList" queue.size="100000")`,
    );
    const random = chance(7);
    let underWay = 0;
    for (let round = 0; round < rounds; round++) {
      await feed(rsyslog.port, round * perRound, perRound);
      await new Promise((resolve) => setTimeout(resolve, random() * 150));
      running.process.kill("SIGKILL");
      await running.ended;
      if ((await bench.stored()).size < (round + 1) * perRound) underWay++;
      running = await start();
    }
    const count = rounds * perRound;
    await until("all is stored", async () => (await bench.stored()).size >= count, 60_000);
    running.process.kill("SIGTERM");
    await running.ended;
    const { lost, doubled } = await bench.outcome("20 x kill -9 of the agent, RELP", count);
    expect(lost).toBe(0);
    // Else it was killed when there was nothing to lose.
    expect(underWay).toBeGreaterThan(rounds / 2);
    expect(doubled).toBeLessThan(1_000);
  });
});
