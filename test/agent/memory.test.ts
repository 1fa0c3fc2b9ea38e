import { once } from "node:events";
import * as fs from "node:fs";
import * as http from "node:http";
import * as net from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { realWorld } from "../../agent/world";
import { bufferIn, numbers } from "./support/buffer";
import { builtAgent, spawnAgent } from "./support/bundle";
import { temporaryFolder } from "./support/folder";
import { until } from "./support/world";

const group = { groupName: "g", groupType: "", machineIdentifyType: "userdefined", groupAttribute: {} };
const config = {
  configName: "c",
  inputType: "syslog",
  inputDetail: { tag: "sys_tag" },
  outputType: "LogService",
  outputDetail: { logstoreName: "store" },
};

/** Tells an agent its config, and never answers PutLogs. */
async function hangingService(): Promise<{ readonly port: number; readonly hanging: () => number }> {
  let hanging = 0;
  const server = http.createServer((request, response) => {
    request.resume();
    if (request.method === "POST") return void hanging++;
    const { pathname } = new URL(request.url ?? "", "http://service");
    const found = pathname.endsWith("/configs")
      ? { configs: ["c"], count: 1 }
      : pathname.endsWith("/g")
        ? { ...group, machineList: ["m"] }
        : pathname.endsWith("/machinegroups")
          ? { machinegroups: ["g"], count: 1, total: 1 }
          : config;
    response.writeHead(200, { "x-log-requestid": "R", "content-type": "application/json" }).end(JSON.stringify(found));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as net.AddressInfo).port, hanging: () => hanging };
}

const residentMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;

describe.runIf(process.platform === "linux")("the agent's memory", () => {
  const agent = builtAgent();

  it("stays flat while the service is away and lines come in: they wait on disk", async () => {
    const service = await hangingService();
    const folder = temporaryFolder();
    fs.writeFileSync(`${folder}/user_defined_id`, "m\n");
    const args = ["--config-dir", folder, "--data-dir", `${folder}/data`, "--port", "0", "--project", "project"];
    const running = spawnAgent(agent.path(), ["run", ...args], {
      SLS_AGENT_ENDPOINT: "http://cn-hangzhou.log.aliyuncs.com",
      HTTP_PROXY: `http://127.0.0.1:${service.port}`,
      ALIBABA_CLOUD_ACCESS_KEY_ID: "id",
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: "secret",
    });
    const { port } = await running.awaitEvent("Listening");
    const socket = net.connect(Number(port), "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    await once(socket, "connect");
    const pid = running.process.pid as number;
    const text = `0.1 sys_tag ${Math.floor(Date.now() / 1000)} 127.0.0.1 vm user.info 0 app 1 -  ${"x".repeat(140)}\n`;
    const part = Buffer.from(text.repeat(5_000));
    const status = (): { lines: { accepted: number }; buffer: { memoryBytes: number } } =>
      JSON.parse(fs.readFileSync(`${folder}/data/status.json`, "utf8")) as never;
    let sent = 0;
    /** 50 MB more, three times what memory may hold of them at first. */
    const more = async (): Promise<number> => {
      for (let i = 0; i < 50; i++, sent += 5_000) if (!socket.write(part)) await once(socket, "drain");
      await until("all is taken", () => status().lines.accepted === sent);
      expect(status().buffer.memoryBytes).toBeLessThanOrEqual(33 * 1024 * 1024);
      return residentMb(pid);
    };
    // In the first two parts memory fills up to its limit, and what is used often is compiled.
    const resident = [await more(), await more(), await more()] as const;
    expect(service.hanging()).toBeGreaterThan(0);
    expect(resident[2]).toBeLessThan(resident[1] + 25);
    expect(Math.max(...resident)).toBeLessThan(160);
  });

  it("is bounded at a start with a backlog of 400 MB, of which nothing can be sent", async () => {
    const folder = temporaryFolder();
    fs.writeFileSync(`${folder}/user_defined_id`, "m\n");
    const to = { project: "project", logstore: "store" };
    const before = bufferIn(`${folder}/data/buffer`, {
      world: realWorld,
      limits: { bytes: 1_000_000, lines: 4_096 },
      memoryBytes: 32 * 1024 * 1024,
    });
    const wide = "x".repeat(2_000);
    for (let n = 0; n < 200_000; n += 5_000) {
      before.put(
        numbers(n, n + 5_000).map((each) => wide + each),
        { to },
      );
      await before.buffer.committed();
    }
    expect(await before.end()).toBe(0);
    const args = ["--config-dir", folder, "--data-dir", `${folder}/data`, "--port", "0", "--project", "project"];
    const running = spawnAgent(agent.path(), ["run", ...args], {
      SLS_AGENT_ENDPOINT: "http://cn-hangzhou.log.aliyuncs.com",
      // Nobody listens there.
      HTTP_PROXY: "http://127.0.0.1:9",
      ALIBABA_CLOUD_ACCESS_KEY_ID: "id",
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: "secret",
    });
    expect(await running.awaitEvent("BufferRecovered")).toMatchObject({ lines: 200_000 });
    await running.awaitEvent("SendFailed");
    const peak = /VmHWM:\s+(\d+)/.exec(fs.readFileSync(`/proc/${running.process.pid}/status`, "utf8"))?.[1];
    expect(Number(peak) / 1024).toBeLessThan(240);
  });
});
