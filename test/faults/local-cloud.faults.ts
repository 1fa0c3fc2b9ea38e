/** What the service does wrong: it dies, stalls, refuses, loses its replies, or is not the one who answers. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { builtAgent } from "../agent/support/bundle";
import { chance } from "../agent/support/chance";
import { temporaryFolder } from "../agent/support/folder";
import { FaultBench, endOf, pause, portOf } from "./support/bench";
import { cloudProcess } from "./support/cloud-process";
import { after, stream } from "./support/lines";
import { isShort } from "./support/short";

const perSecond = 5_000;
const clean = { keptOnDisk: 0, lost: 0 };
const short = { tags: ["short"] };

describe("while the service", () => {
  const agent = builtAgent();

  it(
    "is killed with kill -9, and started again: none lost, doubled what it stored without an answer",
    short,
    async () => {
      const folder = temporaryFolder();
      const cloud = await cloudProcess(folder);
      const bench = new FaultBench(cloud, folder, agent.path());
      await bench.setUp();
      const running = bench.agent();
      let over = false;
      const sending = stream(await portOf(running), 0, { perSecond, stop: () => over });
      const random = chance(8);
      const kills = isShort ? 2 : 8;
      for (let kill = 0; kill < kills; kill++) {
        await pause(300 + random() * 500);
        await cloud.kill();
        await pause(random() * 300);
        await cloud.start();
      }
      over = true;
      const count = await sending;
      await bench.allStored(count);
      expect(await endOf(running)).toMatchObject(clean);
      const { lost, doubled } = await bench.outcome(`${kills} x kill -9 of the local cloud`, count);
      expect(lost).toBe(0);
      // At most what one time was under way: 4 requests.
      expect(doubled).toBeLessThan(kills * 4 * 4096);
    },
  );

  it("refuses: 5xx, then quota, then nothing: none lost, none doubled", short, async () => {
    const bench = await FaultBench.start(agent.path());
    const running = bench.agent();
    let over = false;
    const sending = stream(await portOf(running), 0, { perSecond, stop: () => over });
    for (const fault of [
      { error: "InternalServerError" as const },
      { error: "WriteQuotaExceed" as const },
      { cut: "before-body" as const },
    ]) {
      const handle = bench.cloud.faults.add({ operation: "PostLogStoreLogs", ...fault });
      await pause(isShort ? 600 : 2_000);
      handle.remove();
      await pause(300);
    }
    over = true;
    const count = await sending;
    expect(await endOf(running)).toMatchObject(clean);
    expect(await bench.outcome("5xx, quota, cut", count)).toMatchObject({ lost: 0, doubled: 0 });
  });

  it("stores, and its replies are lost: none lost, doubled exactly what was not answered", short, async () => {
    const bench = await FaultBench.start(agent.path());
    const running = bench.agent({ SLS_AGENT_LOG_LEVEL: "debug" });
    const port = await portOf(running);
    const times = 3;
    const handle = bench.cloud.faults.add({ operation: "PostLogStoreLogs", cut: "before-reply", after: 3, times });
    const count = await stream(port, 0, { perSecond, stop: after(2_000) });
    expect(await endOf(running)).toMatchObject(clean);
    expect(handle.hits).toBe(times);
    const { lost, doubled, stored } = await bench.outcome(`${times} replies lost`, count);
    const acknowledged = running
      .events()
      .reduce((sum, { event, lines }) => sum + (event === "BatchSent" ? Number(lines) : 0), 0);
    expect(lost).toBe(0);
    expect(acknowledged).toBe(count);
    expect(doubled).toBe(stored - acknowledged);
    expect(doubled).toBeGreaterThan(0);
  });

  it("stalls, then goes on: none lost; doubled only what it stored after the agent had given up", async () => {
    const bench = await FaultBench.start(agent.path());
    const running = bench.agent({ SLS_AGENT_TIMEOUT_SECONDS: "1" });
    let over = false;
    const sending = stream(await portOf(running), 0, { perSecond, stop: () => over });
    await pause(500);
    // The body is never read to its end; then the reply comes at some bytes a second.
    const reading = bench.cloud.faults.add({ operation: "PostLogStoreLogs", readBytesPerSecond: 10 });
    await pause(2_500);
    reading.remove();
    const replying = bench.cloud.faults.add({ operation: "PostLogStoreLogs", delayMs: 5_000 });
    await pause(2_500);
    replying.remove();
    over = true;
    const count = await sending;
    await bench.allStored(count);
    expect(await endOf(running)).toMatchObject(clean);
    const { lost } = await bench.outcome("stalled server", count);
    expect(lost).toBe(0);
    expect(running.events().filter(({ code }) => code === "RequestTimeout").length).toBeGreaterThan(0);
  });

  it("is not who answers: a portal's page, a reply without a request id: none lost", async () => {
    const bench = await FaultBench.start(agent.path());
    const running = bench.agent();
    let over = false;
    const sending = stream(await portOf(running), 0, { perSecond, stop: () => over });
    for (const badReply of ["not-json", "no-request-id", "empty"] as const) {
      const rule = {
        operation: "PostLogStoreLogs",
        badReply,
        error: { status: 403, code: "Forbidden", message: "by a portal" },
      };
      const handle = bench.cloud.faults.add(rule);
      await pause(800);
      handle.remove();
      await pause(300);
    }
    over = true;
    const count = await sending;
    expect(await endOf(running)).toMatchObject({ ...clean, setAside: 0 });
    expect(await bench.outcome("answers of somebody else", count)).toMatchObject({ lost: 0, doubled: 0 });
  });

  it("refuses the secret, and takes the right one later: none lost, none doubled", async () => {
    const bench = await FaultBench.start(agent.path());
    const { accessKeyId, accessKeySecret } = bench.cloud.credentials;
    const file = join(bench.folder, "key.json");
    const write = (secret: string): void =>
      writeFileSync(file, JSON.stringify({ AccessKeyId: accessKeyId, AccessKeySecret: secret }));
    write(accessKeySecret);
    const running = bench.agent({ SLS_AGENT_CREDENTIALS_FILE: file });
    let over = false;
    const sending = stream(await portOf(running), 0, { perSecond, stop: () => over });
    await pause(500);
    write("somebody-elses-secret");
    expect(await running.awaitEvent("SendFailed")).toMatchObject({ code: "SignatureNotMatch" });
    await pause(1_000);
    write(accessKeySecret);
    await pause(500);
    over = true;
    const count = await sending;
    await bench.allStored(count);
    expect(await endOf(running)).toMatchObject({ ...clean, setAside: 0 });
    expect(JSON.stringify(running.events())).not.toContain("somebody-elses-secret");
    expect(await bench.outcome("wrong secret, then right", count)).toMatchObject({ lost: 0, doubled: 0 });
  });

  it("changes the config under load: another logstore, none, the first again: none lost, none doubled", async () => {
    const bench = await FaultBench.start(agent.path());
    const other = "other-store";
    await bench.client.createLogStore("my-project", other, { ttl: 1, shardCount: 1 });
    const running = bench.agent();
    let over = false;
    const sending = stream(await portOf(running), 0, { perSecond, stop: () => over });
    const point = (logstoreName: string): Promise<void> =>
      bench.client.updateLogtailConfig("my-project", {
        configName: "my-config",
        inputType: "syslog",
        inputDetail: { tag: "sys_tag" },
        outputType: "LogService",
        outputDetail: { logstoreName },
      });
    for (const to of [other, "my-store", other]) {
      await pause(1_300);
      await point(to);
    }
    await pause(1_500);
    over = true;
    const count = await sending;
    expect(await endOf(running)).toMatchObject(clean);
    const there = await bench.stored(other);
    expect(there.size).toBeGreaterThan(perSecond);
    const outcome = await bench.outcome("config changed under load", count, other);
    expect(outcome).toMatchObject({ lost: 0, doubled: 0 });
  });

  it("loses the logstore, and has it again: none lost, none set aside", async () => {
    const bench = await FaultBench.start(agent.path());
    const running = bench.agent({ SLS_AGENT_BUFFER_MAX_BYTES: String(64 * 1024 * 1024) });
    const port = await portOf(running);
    const handle = bench.cloud.faults.add({
      operation: "PostLogStoreLogs",
      logstore: "my-store",
      error: "LogStoreNotExist",
    });
    const count = await stream(port, 0, { perSecond: 2_000, stop: after(1_000) });
    await running.awaitEvent("SendFailed");
    expect((await bench.stored()).size).toBe(0);
    handle.remove();
    await bench.allStored(count);
    expect(await endOf(running)).toMatchObject({ ...clean, setAside: 0 });
    expect(await bench.outcome("logstore gone, and there again", count)).toMatchObject({ lost: 0, doubled: 0 });
  });
});
