/** The agent while it reads back what the last run left. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { realDisk, type Disk } from "../../agent/buffer/disk";
import { loadSettings } from "../../agent/config/settings";
import { ask } from "../../agent/control/ask";
import { ControlServer } from "../../agent/control/server";
import { Agent } from "../../agent/run";
import type { AgentEvent } from "../../agent/status/events";
import { readStatus, type AgentStatus } from "../../agent/status/status-file";
import { summaryOf } from "../../agent/status/summary";
import { realWorld } from "../../agent/world";
import { bufferIn, numbers, there } from "./support/buffer";
import { FakeService } from "./support/fake-service";
import { temporaryFolder } from "./support/folder";
import { until } from "./support/world";

const lines = numbers(0, 200);

/** A data folder with many segments of lines that were not sent. */
async function dataDir(): Promise<string> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "user_defined_id"), "logtail-id-dev\n");
  mkdirSync(join(folder, "data"));
  const last = bufferIn(join(folder, "data", "buffer"), { segmentBytes: 1_000, limits: { bytes: 1_000, lines: 10 } });
  for (const n of lines) {
    last.put([n]);
    await last.buffer.committed();
  }
  return folder;
}

function start(folder: string, disk: Disk = realDisk): { agent: Agent; service: FakeService; events: AgentEvent[] } {
  const service = new FakeService();
  service.bind("my-group", ["logtail-id-dev"], { "my-config": ["sys_tag", "my-store"] });
  const settings = loadSettings({
    configDir: folder,
    env: { SLS_AGENT_LINGER_MS: "5", SLS_AGENT_RELP_PORT: "0" },
    flags: { endpoint: "http://nowhere", projects: ["my-project"], syslogPort: "0", dataDir: join(folder, "data") },
  });
  const events: AgentEvent[] = [];
  const agent = new Agent({ settings, env: {}, service, disk, world: realWorld, emit: (event) => events.push(event) });
  return { agent, service, events };
}

/** A disk on which the first reading of the third segment waits. */
function stuckDisk(): { readonly disk: Disk; readonly letGo: () => void; readonly isStuck: () => boolean } {
  let letGo: (() => void) | undefined;
  const read: Disk["read"] = async (file, into, from) => {
    if (letGo === undefined && file.endsWith("00000003.seg")) await new Promise<void>((resolve) => (letGo = resolve));
    return realDisk.read(file, into, from);
  };
  return { disk: { ...realDisk, read }, letGo: () => letGo?.(), isStuck: () => letGo !== undefined };
}

/** An agent that reads the third segment until it is let go, and what `drain` asks of it. */
async function askedWhileReading(): Promise<{
  readonly agent: Agent;
  readonly letGo: () => void;
  readonly drain: (seconds: number) => Promise<unknown>;
}> {
  const folder = await dataDir();
  const dataDirectory = join(folder, "data");
  const { disk, letGo, isStuck } = stuckDisk();
  const { agent } = start(folder, disk);
  const { recovered, resends } = agent;
  const status = (): AgentStatus => agent.status();
  const control = new ControlServer({ dataDir: dataDirectory, status, recovered, resends, world: realWorld });
  onTestFinished(() => control.close());
  await until("it reads the third segment", isStuck);
  const drain = (seconds: number): Promise<unknown> =>
    ask({ dataDir: dataDirectory, request: { command: "drain", seconds }, silenceMs: 30_000 });
  return { agent, letGo, drain };
}

describe("while it reads back what the last run left, an agent", () => {
  it("takes no lines, says how far it is, and does both right when it is done", async () => {
    const folder = await dataDir();
    const { disk, letGo, isStuck } = stuckDisk();
    const { agent, service, events } = start(folder, disk);
    onTestFinished(() => agent.stop("test", 0).then(() => undefined));
    await until("it reads the third segment", isStuck);
    expect(agent.status()).toMatchObject({ state: "starting", inputs: [], queues: [] });
    expect(summaryOf(agent.status())).toMatch(/^starting, reading back segment 3 of \d\d of p\/l$/);
    expect(readStatus(join(folder, "data")).state).toBe("starting");
    letGo();
    await agent.recovered;
    await until("it listens, and all is sent", () => {
      const listens = events.some(({ type }) => type === "Listening");
      return listens && service.sinkMade.values("msg").length === lines.length;
    });
    expect(service.sinkMade.values("msg")).toEqual(lines);
    expect(agent.status()).toMatchObject({ state: "running", lines: { recovered: lines.length } });
    expect(agent.status()).not.toHaveProperty("readingBack");
  });

  it("ends at once when it is told to, leaves every line and what RELP was not told, and the next one sends them once", async () => {
    const folder = await dataDir();
    const unanswered = join(folder, "data", "relp-unanswered");
    writeFileSync(unanswered, "of the last run");
    const { disk, letGo, isStuck } = stuckDisk();
    const { agent, service, events } = start(folder, disk);
    await until("it reads the third segment", isStuck);
    const ended = agent.stop("SIGTERM", 60_000);
    letGo();
    expect(await ended).toEqual({ keptOnDisk: 0, lost: 0 });
    expect(events.map(({ type }) => type)).not.toContain("Listening");
    expect(events.at(-1)).toMatchObject({ type: "AgentStopped", notReadBack: true });
    expect(service.sinkMade.tries).toEqual([]);
    expect(readFileSync(unanswered, "utf8")).toBe("of the last run");
    const next = start(folder);
    await until("all are sent", () => next.service.sinkMade.values("msg").length >= lines.length);
    await next.agent.stop("test", 5_000);
    expect(next.service.sinkMade.values("msg")).toEqual(lines);
  });

  it("waits at a stop for the answers that are under way: what the service has stored does not come again", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "user_defined_id"), "logtail-id-dev\n");
    mkdirSync(join(folder, "data"));
    const last = bufferIn(join(folder, "data", "buffer"), { segmentBytes: 100 });
    last.put(["first"]);
    for (const n of numbers(0, 10)) {
      last.put([n], { to: there });
      await last.buffer.committed();
    }
    const { disk, letGo, isStuck } = stuckDisk();
    const { agent, service } = start(folder, disk);
    let answer = (): void => undefined;
    service.sinkMade.answer = () => new Promise((resolve) => (answer = () => resolve(undefined)));
    await until("the first logstore is being sent, the second one read", () => {
      return isStuck() && service.sinkMade.tries.length === 1;
    });
    const ended = agent.stop("SIGTERM", 60_000);
    letGo();
    setImmediate(answer);
    expect(await ended).toEqual({ keptOnDisk: 0, lost: 0 });
    expect(service.sinkMade.values("msg")).toEqual(["first"]);
    const next = start(folder);
    await until("the others are sent", () => next.service.sinkMade.values("msg").length >= 10);
    await next.agent.stop("test", 5_000);
    expect(next.service.sinkMade.values("msg")).toEqual(numbers(0, 10));
  });

  it("does not say that it is drained", async () => {
    const { agent, drain, letGo } = await askedWhileReading();
    await expect(drain(0.01)).rejects.toThrow(
      /^the agent is starting, reading back segment 3 of .*; ask again in a while$/,
    );
    const drained = drain(30);
    letGo();
    expect(await drained).toMatchObject({ linesLeft: 0 });
    await agent.stop("test", 0);
  });

  it("does not say so either when it is stopped, or has been", async () => {
    const { agent, drain, letGo } = await askedWhileReading();
    const drained = drain(30).catch((error: Error) => error.message);
    const ended = agent.stop("SIGTERM", 0);
    letGo();
    await ended;
    expect([await drained, await drain(30).catch((error: Error) => error.message)]).toEqual([
      expect.stringMatching(/^the agent is (draining|stopped)/),
      expect.stringMatching(/^the agent is stopped/),
    ]);
  });
});
