/** The whole agent over RELP, with the real omrelp: what rsyslog was answered is stored, whatever is killed. */
import { describe, expect, it } from "vitest";
import { builtAgent } from "../agent/support/bundle";
import { chance } from "../agent/support/chance";
import { freePort, skipWithoutOmrelp } from "../agent/support/rsyslog";
import { FaultBench, endOf, pause } from "./support/bench";
import { feed } from "./support/lines";
import { folderOf, relpAgent, relpForwarder } from "./support/forwarders";
import { isShort } from "./support/short";

const perRound = 6_000;
const rounds = isShort ? 3 : 20;

describe.skipIf(skipWithoutOmrelp)("lines over RELP (skipped without omrelp: apt-get install rsyslog-relp)", () => {
  const agent = builtAgent();

  it("at 20 kill -9 of the agent: none lost, fewer than 1,000 doubled in all", { tags: ["short"] }, async () => {
    const bench = await FaultBench.start(agent.path());
    const port = await freePort();
    let running = await relpAgent(bench, port);
    const rsyslog = await relpForwarder(folderOf(bench, "rsyslog"), port);
    const random = chance(7);
    let underWay = 0;
    for (let round = 0; round < rounds; round++) {
      await feed(rsyslog.port, round * perRound, perRound);
      await pause(random() * 150);
      running.process.kill("SIGKILL");
      await running.ended;
      if ((await bench.stored()).size < (round + 1) * perRound) underWay++;
      running = await relpAgent(bench, port);
    }
    const count = rounds * perRound;
    await bench.allStored(count);
    await endOf(running);
    const { lost, doubled } = await bench.outcome(`${rounds} x kill -9 of the agent, RELP`, count);
    expect(lost).toBe(0);
    // Else it was killed when there was nothing to lose.
    expect(underWay).toBeGreaterThan(rounds / 2);
    expect(doubled).toBeLessThan(1_000);
  });
});
