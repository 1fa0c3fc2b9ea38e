/** The bundled agent as a process of its own against the local cloud, under the service's real names, through its proxy. */
import { once } from "node:events";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import * as net from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { startLocalCloud, type LocalCloud } from "../../emulator";
import { SlsClient, proxyFromEnv, staticCredentials } from "../../sls/client";
import { allLogs, bindSyslogConfig } from "../support/local-cloud";
import { builtAgent, spawnAgent, type RunningAgent } from "./support/bundle";
import { temporaryFolder } from "./support/folder";

const endpoint = "http://cn-hangzhou.log.aliyuncs.com";
const project = "my-project";
const logstore = "my-store";

interface Bench {
  readonly cloud: LocalCloud;
  readonly client: SlsClient;
  readonly config: string;
  readonly data: string;
  bind(ids: string[]): Promise<void>;
  /** Values of a field of all stored logs. */
  stored(key: string): Promise<string[]>;
}

async function bench(options: { now?: () => Date } = {}): Promise<Bench> {
  const folder = temporaryFolder();
  const cloud = await startLocalCloud({ stateDir: join(folder, "cloud"), ...options });
  onTestFinished(() => cloud.close());
  const { HTTP_PROXY } = cloud.env();
  const client = new SlsClient({
    endpoint,
    credentials: staticCredentials(cloud.credentials),
    proxy: proxyFromEnv({ HTTP_PROXY }),
    ...options,
  });
  onTestFinished(() => client.close());
  await client.createProject(project, { description: "" });
  await client.createLogStore(project, logstore, { ttl: 1, shardCount: 1 });
  await client.createIndex(project, logstore, { line: { token: [" "], caseSensitive: false, chn: false } });
  const config = join(folder, "etc");
  const data = join(folder, "data");
  mkdirSync(config);
  writeFileSync(join(config, "user_defined_id"), "logtail-id-dev\n");
  return {
    cloud,
    client,
    config,
    data,
    bind: (machineList) => bindSyslogConfig(client, project, logstore, { machineList, groupTopic: "my-topic" }),
    stored: async (key) => (await allLogs(client, project, logstore, options.now?.())).map((log) => log[key] ?? ""),
  };
}

const line = (app: string, msg: string): string =>
  `0.1 sys_tag ${Math.floor(Date.now() / 1000)} 127.0.0.1 vm user.info 0 ${app} - -  ${msg}\n`;

async function write(agent: RunningAgent, text: string): Promise<void> {
  const { port } = await agent.awaitEvent("Listening");
  const socket = net.connect(port as number, "127.0.0.1");
  await once(socket, "connect");
  socket.end(text);
  socket.resume();
  await once(socket, "close");
}

async function sentAll(running: RunningAgent): Promise<unknown> {
  running.process.kill("SIGTERM");
  expect(await running.ended).toBe(0);
  return running.events().at(-1);
}

describe("the agent with the local cloud", () => {
  const agent = builtAgent();
  const start = (b: Bench, args: string[] = [], env: NodeJS.ProcessEnv = {}): RunningAgent =>
    spawnAgent(
      agent.path(),
      // prettier-ignore
      ["run", "--config-dir", b.config, "--data-dir", b.data, "--project", project, "--endpoint", endpoint, "--port", "0", "--poll-seconds", "1", ...args],
      { ...b.cloud.env(), SLS_AGENT_LINGER_MS: "20", ...env },
    );

  it.each(["https", "http"])("finds its config and stores every line once, over %s", async (scheme) => {
    const b = await bench();
    await b.bind(["logtail-id-dev"]);
    const running = start(b, ["--endpoint", `${scheme}://cn-hangzhou.log.aliyuncs.com`]);
    const apps = ["todo-list", "certificate-updater", "nginx"];
    const sent = Array.from({ length: 999 }, (_, i) => [apps[i % 3] as string, `line ${i}`] as const);
    await write(running, sent.map(([app, msg]) => line(app, msg)).join(""));
    expect(await sentAll(running)).toMatchObject({ event: "AgentStopped", accepted: 999, sent: 999, keptOnDisk: 0 });
    expect((await b.stored("msg")).sort()).toEqual(sent.map(([, msg]) => msg).sort());
    expect((await b.stored("app-name")).filter((app) => app === "nginx")).toHaveLength(333);
    expect(new Set(await b.stored("__topic__"))).toEqual(new Set(["my-topic"]));
  });

  it.each(["none", "deflate"])("sends with compression %s, too", async (compress) => {
    const b = await bench();
    await b.bind(["logtail-id-dev"]);
    const running = start(b, [], { SLS_AGENT_COMPRESS: compress });
    await write(running, line("app", "hello"));
    expect(await sentAll(running)).toMatchObject({ sent: 1 });
    expect(await b.stored("msg")).toEqual(["hello"]);
  });

  it("waits while its id is in no group, and starts by itself when it is", async () => {
    const b = await bench();
    const running = start(b);
    expect((await running.awaitEvent("WaitingFor"))["why"]).toMatch(
      /^no machine group names this machine \(user-defined id logtail-id-dev and /,
    );
    await b.bind(["other", "logtail-id-dev"]);
    await running.awaitEvent("Listening");
  });

  it("keeps running with a wrong secret and says what is wrong", async () => {
    const b = await bench();
    await b.bind(["logtail-id-dev"]);
    const running = start(b, [], {
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: "wrong-secret",
      ALICLOUD_SECRET_KEY: "wrong-secret",
    });
    const { why } = await running.awaitEvent("WaitingFor");
    expect(why).toContain("SignatureNotMatch");
    expect(why).toContain("the access key secret does not belong to this access key id");
    expect(why).not.toContain("wrong-secret");
    expect(running.process.exitCode).toBeNull();
  });

  it("keeps its lines when stopped without the service, and sends them first after the next start", async () => {
    const b = await bench();
    await b.bind(["logtail-id-dev"]);
    const once = start(b);
    await once.awaitEvent("Listening");
    await sentAll(once);

    const nowhere = { HTTP_PROXY: "http://127.0.0.1:9", http_proxy: "http://127.0.0.1:9" };
    const cut = start(b, ["--drain-seconds", "0"], nowhere);
    const before = Array.from({ length: 700 }, (_, i) => `before ${i}`);
    await write(cut, before.map((msg) => line("app", msg)).join(""));
    expect(await sentAll(cut)).toMatchObject({ accepted: 700, sent: 0, keptOnDisk: 700, lost: 0 });

    const again = start(b);
    await write(again, line("app", "after"));
    expect(await sentAll(again)).toMatchObject({ accepted: 1, sent: 701, keptOnDisk: 0 });
    expect((await b.stored("msg")).sort()).toEqual([...before, "after"].sort());
    expect(readdirSync(join(b.data, "buffer"))).toEqual([]);
  });

  it("waits for a logstore that does not exist yet, and loses nothing", async () => {
    const b = await bench();
    await b.bind(["logtail-id-dev"]);
    await b.client.deleteLogStore(project, logstore);
    const running = start(b);
    await write(running, line("app", "early"));
    expect(await running.awaitEvent("SendFailed")).toMatchObject({ code: "LogStoreNotExist" });
    await b.client.createLogStore(project, logstore, { ttl: 1, shardCount: 1 });
    await b.client.createIndex(project, logstore, { line: { token: [" "], caseSensitive: false, chn: false } });
    expect(await sentAll(running)).toMatchObject({ sent: 1, keptOnDisk: 0 });
    expect(await b.stored("msg")).toEqual(["early"]);
  });

  it("works on a machine whose clock is two hours off", async () => {
    let ahead = 0;
    const b = await bench({ now: () => new Date(Date.now() - ahead) });
    await b.bind(["logtail-id-dev"]);
    const before = start(b);
    await before.awaitEvent("Listening");
    await sentAll(before);
    ahead = 2 * 3600_000;
    const running = start(b);
    await write(running, line("app", "from the future"));
    expect(await sentAll(running)).toMatchObject({ sent: 1, setAside: 0 });
    expect(running.events().map(({ event }) => event)).toEqual(
      expect.arrayContaining(["ClockCorrected", "TimesReplaced"]),
    );
    expect(await b.stored("msg")).toEqual(["from the future"]);
  });
});
