/** The whole agent in one process: real sockets, real files, the service in memory. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readStatus } from "../../agent/status/status-file";
import { realWorld, type World } from "../../agent/world";
import { SlsError } from "../../sls/model";
import {
  boundService as bound,
  startAgent,
  syslogLine as line,
  writeTo as write,
  type AgentBench,
} from "./support/agent";
import { FakeService, unreachable } from "./support/fake-service";
import { temporaryFolder } from "./support/folder";
import { until } from "./support/world";

const start = (
  service: FakeService,
  folder = temporaryFolder(),
  env: NodeJS.ProcessEnv = {},
  world: World = realWorld,
): AgentBench => startAgent(service, folder, env, { world });
const numbers = (count: number, from = 0): string[] => Array.from({ length: count }, (_, i) => String(from + i));

describe("the agent", () => {
  it("tells of all lines that do not fit, or are lost, a minute later, though no more of them come", async () => {
    let ahead = 0;
    const world = { ...realWorld, now: () => new Date(Date.now() + ahead) };
    const env = { SLS_AGENT_SET_ASIDE_BYTES: "0", SLS_AGENT_BATCH_LINES: "1" };
    const service = bound();
    service.sinkMade.answer = () => new SlsError("PostBodyInvalid", "no", { httpStatus: 400 });
    const { events, port } = start(service, temporaryFolder(), env, world);
    await until("it listens", () => port() > 0);
    await write(port(), "one\ntwo\nthree\n");
    const told = (type: "LinesUnfit" | "LinesDropped"): number[] =>
      events.flatMap((event) => (event.type === type ? [(event as { lines: number }).lines] : []));
    await until("all are dropped", () => events.filter(({ type }) => type === "LinesNotSetAside").length === 3);
    expect([told("LinesUnfit"), told("LinesDropped")]).toEqual([[1], [1]]);
    ahead = 60_001;
    await until("the others are told", () => told("LinesUnfit").length === 2 && told("LinesDropped").length === 2);
    expect([told("LinesUnfit"), told("LinesDropped")]).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it("carries lines from the socket to the logstore, each once and in order", async () => {
    const service = bound();
    const { events, port, stop } = start(service);
    await until("it listens", () => port() > 0);
    await write(port(), numbers(5000).map(line).join(""));
    await until("all are stored", () => service.sinkMade.values("msg").length >= 5000);
    expect(service.sinkMade.values("msg")).toEqual(numbers(5000));
    expect(service.sinkMade.stored[0]).toMatchObject({ project: "my-project", logstore: "my-store" });
    expect(await stop()).toEqual({ keptOnDisk: 0, lost: 0 });
    expect(events.at(-1)).toEqual({
      type: "AgentStopped",
      accepted: 5000,
      filtered: 0,
      sent: 5000,
      setAside: 0,
      keptOnDisk: 0,
      lost: 0,
    });
  });

  it("keeps unsent lines on disk at a stop and sends them first after the next start: count in = count out", async () => {
    const service = bound();
    const first = start(service);
    await until("it listens", () => first.port() > 0);
    service.sinkMade.answer = () => unreachable;
    await write(first.port(), numbers(3000).map(line).join(""));
    expect(await first.stop(50)).toEqual({ keptOnDisk: 3000, lost: 0 });
    expect(service.sinkMade.stored).toHaveLength(0);

    service.sinkMade.answer = () => undefined;
    const second = start(service, first.folder);
    await until("it listens", () => second.port() > 0);
    await write(second.port(), numbers(10, 3000).map(line).join(""));
    await until("all are stored", () => service.sinkMade.values("msg").length >= 3010);
    expect(service.sinkMade.values("msg")).toEqual(numbers(3010));
    await second.stop();
    expect(readdirSync(join(first.folder, "data", "buffer"))).toEqual([]);
  });

  it("sends what an earlier run has left of a logstore that no config names any more", async () => {
    const service = bound();
    const first = start(service);
    await until("it listens", () => first.port() > 0);
    service.sinkMade.answer = () => unreachable;
    await write(first.port(), numbers(100).map(line).join(""));
    expect(await first.stop(50)).toEqual({ keptOnDisk: 100, lost: 0 });
    service.sinkMade.answer = () => undefined;
    service.bind("my-group", ["logtail-id-dev"], { "other-config": ["sys_tag", "other-store"] });
    const second = start(service, first.folder);
    await until("all are stored", () => service.sinkMade.values("msg").length >= 100);
    expect(service.sinkMade.values("msg")).toEqual(numbers(100));
    expect(new Set(service.sinkMade.stored.map(({ logstore }) => logstore))).toEqual(new Set(["my-store"]));
    await second.stop();
  });

  it("keeps a batch that was under way when the stop was forced", async () => {
    const service = bound();
    const { agent, port, stop } = start(service);
    await until("it listens", () => port() > 0);
    service.sinkMade.answer = () => new Promise<never>(() => undefined);
    await write(port(), numbers(10).map(line).join(""));
    await until("a batch is under way", () => service.sinkMade.tries.length === 1);
    const stopped = stop(60_000);
    agent.force();
    expect(await stopped).toEqual({ keptOnDisk: 10, lost: 0 });
  });

  it("holds its inputs back when the buffer is full, and loses nothing", async () => {
    const service = bound();
    const { events, port, stop } = start(service, temporaryFolder(), {
      SLS_AGENT_BUFFER_MAX_BYTES: String(1024 * 1024),
    });
    await until("it listens", () => port() > 0);
    let open = (): void => undefined;
    const gate = new Promise<undefined>((resolve) => (open = () => resolve(undefined)));
    service.sinkMade.answer = () => gate;
    const sent = numbers(30_000);
    const written = write(port(), sent.map(line).join(""));
    await until("the inputs are held", () => events.some(({ type }) => type === "InputsHeld"));
    open();
    await written;
    await until("all are stored", () => service.sinkMade.values("msg").length >= sent.length);
    expect(service.sinkMade.values("msg")).toEqual(sent);
    expect(events.filter(({ type }) => type === "InputsReleased").length).toBeGreaterThan(0);
    await stop();
  });

  it("listens only while a config is in force", async () => {
    const service = new FakeService();
    const { events, port, stop } = start(service, temporaryFolder(), { SLS_AGENT_POLL_SECONDS: "1" });
    await until("it waits", () => events.some(({ type }) => type === "WaitingFor"));
    expect(port()).toBe(0);
    service.bind("my-group", ["logtail-id-dev"], { "my-config": ["sys_tag", "my-store"] });
    await until("it listens", () => port() > 0);
    service.groups.clear();
    await until("it has stopped listening", () => events.some(({ type }) => type === "ListeningStopped"));
    await stop();
  });

  it("says which of two configs with one tag is used", async () => {
    const service = new FakeService();
    service.bind("my-group", ["logtail-id-dev"], { a: ["sys_tag", "store-a"], b: ["sys_tag", "store-b"] });
    const { events, port } = start(service);
    await until("it listens", () => port() > 0);
    expect(events).toContainEqual({
      type: "ConfigIgnored",
      project: "my-project",
      config: "b",
      why: "my-project/a has the same tag sys_tag; give one another",
    });
  });

  it("writes what it does into status.json", async () => {
    const service = bound();
    const { folder, port, stop } = start(service);
    await until("it listens", () => port() > 0);
    await write(port(), line("x") + "misfit\n");
    await until("both are stored", () => service.sinkMade.stored.flatMap(({ group }) => group.logs).length === 2);
    await stop();
    expect(existsSync(join(folder, "data", "status.json"))).toBe(true);
    expect(readStatus(join(folder, "data"))).toMatchObject({
      state: "stopped",
      machine: { userDefinedIds: ["logtail-id-dev"] },
      configs: [
        { project: "my-project", config: "my-config", logstore: "my-store", tag: "sys_tag", group: "my-group" },
      ],
      queues: [{ project: "my-project", logstore: "my-store", lines: 0, bytes: 0, sender: "closed" }],
      lines: { accepted: 2, sent: 2, unfit: { unknownVersion: 1 } },
    });
  });
});
