/** The bundled command and the running agent, against the local cloud: what is set aside is seen, sent again, removed. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { encodeRecord } from "../../../agent/set-aside/record";
import { builtAgent, spawnAgent, type RunningAgent } from "../support/bundle";
import { cloudBench, stopped, writeLines, type CloudBench } from "../support/cloud-bench";
import { until } from "../support/world";

const endpoint = "http://cn-hangzhou.log.aliyuncs.com";
const posting = { operation: "PostLogStoreLogs" };
const refusing = { ...posting, error: "PostBodyInvalid" } as const;
const name = "test-project/test-logstore";

interface Said {
  readonly code: unknown;
  readonly out: string;
  readonly err: string;
}

const numbers = (count: number): string[] => Array.from({ length: count }, (_, n) => `line ${n}`);

/** A file of lines set aside, each with its number and the padding. */
function recordsOf({ project, logstore }: CloudBench, lines: number, padding: string): string {
  const now = Date.now();
  const why = { setAsideAt: new Date(now).toISOString(), code: "PostBodyInvalid", reason: "no" };
  const face = { topic: "", source: "10.0.0.1" };
  const record = (n: number): string => {
    const log = { time: Math.floor(now / 1000), contents: [["msg", `${n} ${padding}`] as const] };
    return encodeRecord({ project, logstore }, { ...why, face, log });
  };
  return Array.from({ length: lines }, (_, n) => `${record(n)}\n`).join("");
}

describe("sls-agent set-aside", () => {
  const agent = builtAgent();
  const run = (b: CloudBench, env: NodeJS.ProcessEnv = {}): RunningAgent =>
    spawnAgent(agent.path(), ["run", ...b.args(endpoint)], { ...b.cloud.env(), SLS_AGENT_LINGER_MS: "20", ...env });
  const begin = (b: CloudBench, args: readonly string[]): { kill(): void; readonly said: Promise<Said> } => {
    const child = spawn(agent.path(), ["set-aside", ...args, "--data-dir", b.data], {
      env: { PATH: process.env["PATH"] },
      stdio: ["ignore", "pipe", "pipe"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    const said = once(child, "close").then(([code]) => ({ code: code as unknown, out, err }));
    return { kill: () => void child.kill("SIGINT"), said };
  };
  const say = (b: CloudBench, ...args: string[]): Promise<Said> => begin(b, args).said;
  const files = (b: CloudBench): string[] => readdirSync(join(b.data, "set-aside")).sort();
  /** Starts an agent, has all of these lines refused, and makes the service take lines again. */
  const withLinesAside = async (b: CloudBench, lines: readonly string[], env = {}): Promise<RunningAgent> => {
    const running = run(b, { SLS_AGENT_BATCH_LINES: "1000", ...env });
    const fault = b.cloud.faults.add(refusing);
    await writeLines(running, lines);
    const aside = (): number => JSON.parse(readFileSync(join(b.data, "status.json"), "utf8")).lines.setAside as number;
    await until("all are set aside", () => aside() === lines.length);
    fault.remove();
    return running;
  };
  const storedOnce = async (b: CloudBench, lines: readonly string[]): Promise<void> =>
    expect((await b.messages()).sort()).toEqual([...lines].sort());

  it("counts 3,000 lines that are refused, shows them, and has the agent send each of them once when the service takes them", async () => {
    const b = await cloudBench();
    const lines = numbers(3_000);
    const running = await withLinesAside(b, lines);
    expect(await b.messages()).toEqual([]);
    const listed = await say(b, "list");
    expect(listed.out).toMatch(
      /^test-project\/test-logstore: 3000 line\(s\), \d+ bytes, set aside \S+Z to \S+Z\n {2}3000 POST \S+: PostBodyInvalid: The body is not valid\. \(.*\)\nto see them: /,
    );
    const [summary] = JSON.parse((await say(b, "list", "--json")).out) as Record<string, unknown>[];
    expect(summary).toMatchObject({ project: "test-project", lines: 3_000, damaged: 0, reasons: [{ lines: 3_000 }] });
    const shown = await say(b, "show", name);
    expect(shown.out.split("\n")[0]).toMatch(/^test-project\/test-logstore 2\S+Z \S+ PostBodyInvalid .*msg="line \d+"/);
    const records = (await say(b, "show", "--json")).out.trim().split("\n");
    expect(records.map((text) => (JSON.parse(text) as { contents: { msg: string } }).contents.msg).sort()).toEqual(
      [...lines].sort(),
    );
    await until("the status tells", async () => (await status(b)).includes("3000 line(s)"));
    expect(await status(b)).toMatch(
      /^set aside {2}test-project\/test-logstore: 3000 line\(s\), \d+ bytes; sls-agent set-aside list/m,
    );

    expect(await say(b, "resend")).toMatchObject({ code: 0, out: `${name}: 3000 line(s) sent\n` });
    await storedOnce(b, lines);
    expect(files(b)).toEqual([]);
    expect(await say(b, "list")).toEqual({ code: 0, out: "no lines are set aside\n", err: "" });
    expect(await say(b, "resend")).toEqual({ code: 0, out: "no lines are set aside\n", err: "" });
    expect(await stopped(running)).toMatchObject({ accepted: 3_000, sent: 0, setAside: 3_000, keptOnDisk: 0, lost: 0 });
    expect(running.events().find(({ event }) => event === "ResendEnded")).toMatchObject({ sent: 3_000, left: 0 });
  });

  it("shows all of them to a reader that is slow", async () => {
    const b = await cloudBench();
    const text = recordsOf(b, 4_000, "x".repeat(300));
    mkdirSync(join(b.data, "set-aside"), { recursive: true });
    writeFileSync(join(b.data, "set-aside", "test-project.test-logstore.jsonl"), text);
    const child = spawn(agent.path(), ["set-aside", "show", "--json", "--data-dir", b.data]);
    onTestFinished(() => void child.kill("SIGKILL"));
    const closed = once(child, "close");
    let out = "";
    child.stdout.once("data", () => {
      child.stdout.pause();
      // It ends now if it ever ends too early.
      const goOn = (): void => void child.stdout.resume();
      child.once("exit", goOn);
      setTimeout(goOn, 1_000).unref();
    });
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    expect(await closed).toEqual([0, null]);
    expect(out).toBe(text);
  });

  const status = async (b: CloudBench): Promise<string> => {
    const child = spawn(agent.path(), ["status", "--data-dir", b.data]);
    let out = "";
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    await once(child, "close");
    return out;
  };

  it("tells with exit code 6 and in JSON what is refused again, and with 5 what is left and why", async () => {
    const b = await cloudBench();
    const running = await withLinesAside(b, numbers(10));
    appendFileSync(join(b.data, "set-aside", "test-project.test-logstore.jsonl"), "damage\n");
    // All ten, the first five of them, the first three, two, one: that one is refused again.
    b.cloud.faults.add({ ...refusing, times: 5 });
    const again = await say(b, "resend", name, "--json");
    expect(again.code).toBe(6);
    expect(JSON.parse(again.out)).toEqual([
      {
        project: "test-project",
        logstore: "test-logstore",
        ...{ sent: 9, retimed: 0, refused: 1, damaged: 1, left: 0 },
        lastError: expect.stringContaining("PostBodyInvalid: The body is not valid."),
      },
    ]);
    await storedOnce(b, numbers(10).slice(1));
    const gone = b.cloud.faults.add({ ...posting, error: "Unauthorized" });
    const left = await say(b, "resend", "--seconds", "5");
    expect(left).toMatchObject({
      code: 5,
      out: expect.stringMatching(
        /^\S+: 0 line\(s\) sent\n {2}1 left, set aside as before: nothing could be sent for 5 s: /,
      ),
    });
    expect(left.err).toMatch(
      /^test-project\/test-logstore: 0 sent, 0 refused again; last error: .*The caller is not auth/m,
    );
    gone.remove();
    expect(await say(b, "resend")).toMatchObject({ code: 0, out: `${name}: 1 line(s) sent\n` });
    await storedOnce(b, numbers(10));
    expect(files(b)).toEqual(["test-project.test-logstore.damaged"]);
    await stopped(running);
  });

  it("loses nothing when the agent is killed in the middle, and doubles a batch each time at most; live lines go on meanwhile", async () => {
    const b = await cloudBench();
    const lines = numbers(6_000);
    let running = await withLinesAside(b, lines);
    for (let kills = 0; kills < 3; kills++) {
      // The first batches are stored, the next one stays on its way.
      const handle = b.cloud.faults.add({ ...posting, delayMs: 600_000, after: kills });
      const asked = say(b, "resend");
      await until("it is on its way", () => handle.hits > 0);
      running.process.kill("SIGKILL");
      expect(await asked).toMatchObject({
        code: 1,
        err: expect.stringMatching(/the agent ended while it was asked\n$/),
      });
      await running.ended;
      handle.remove();
      running = run(b);
      await running.awaitEvent("Listening");
    }
    const asked = say(b, "resend");
    await writeLines(running, ["live"]);
    expect(await asked).toMatchObject({ code: 0 });
    await until("the new line is there", async () => (await b.messages()).includes("live"));
    const stored = await b.messages();
    expect(new Set(stored)).toEqual(new Set([...lines, "live"]));
    expect(stored.length - 6_001).toBeLessThanOrEqual(3 * 960);
    expect(files(b)).toEqual([]);
    await stopped(running);
  });

  it("doubles exactly the batch that the service had and had not acknowledged when the agent was killed", async () => {
    const b = await cloudBench();
    const lines = numbers(3_000);
    const running = await withLinesAside(b, lines);
    const cut = b.cloud.faults.add({ ...posting, cut: "before-reply", after: 1, times: 1 });
    // So that no second try stores it once more.
    const busy = b.cloud.faults.add({ ...posting, error: "ServerBusy", after: 2 });
    const asked = say(b, "resend");
    await until("the second batch is stored", async () => cut.hits === 1 && (await b.messages()).length === 2 * 960);
    running.process.kill("SIGKILL");
    expect((await asked).code).toBe(1);
    await running.ended;
    busy.remove();
    const next = run(b);
    await next.awaitEvent("Listening");
    expect(await say(b, "resend")).toMatchObject({ code: 0, out: `${name}: ${3_000 - 960} line(s) sent\n` });
    const stored = await b.messages();
    expect(stored).toHaveLength(3_000 + 960);
    expect(new Set(stored)).toEqual(new Set(lines));
    await stopped(next);
  });

  it("ends with the one who asked, and at a stop of the agent; what is not sent stays, and is found after a restart", async () => {
    const b = await cloudBench();
    const running = run(b);
    await running.awaitEvent("Listening");
    // Of so many batches that some are left, however late the end comes.
    const count = 30_000;
    writeFileSync(join(b.data, "set-aside", "test-project.test-logstore.jsonl"), recordsOf(b, count, "x"));
    const slow = b.cloud.faults.add({ ...posting, delayMs: 300 });
    const asked = begin(b, ["resend"]);
    await until("it is on its way", () => slow.hits > 0);
    asked.kill();
    await running.awaitEvent("ResendEnded");
    const end = running.events().find(({ event }) => event === "ResendEnded");
    expect(end).toMatchObject({ why: "it was stopped", refused: 0 });
    expect(Number(end?.["sent"]) + Number(end?.["left"])).toBe(count);
    const second = say(b, "resend");
    const before = slow.hits;
    await until("it is on its way again", () => slow.hits > before);
    const last = await stopped(running);
    expect(last).toMatchObject({ lost: 0, keptOnDisk: 0 });
    expect(await second).toMatchObject({
      code: 5,
      out: expect.stringMatching(/left, set aside as before: the agent stops\n$/),
    });
    slow.remove();
    const next = run(b);
    await next.awaitEvent("Listening");
    expect(await say(b, "resend")).toMatchObject({ code: 0 });
    await storedOnce(
      b,
      Array.from({ length: count }, (_, n) => `${n} x`),
    );
    await stopped(next);
  });

  it("removes what was seen, by the running agent and without one, and not unless it is meant", async () => {
    const b = await cloudBench();
    const running = await withLinesAside(b, numbers(5));
    const file = join(b.data, "set-aside", "test-project.test-logstore.jsonl");
    expect(await say(b, "remove", name)).toEqual({
      code: 2,
      out: "",
      err: "sls-agent: remove deletes these lines for good and nobody is there to be asked; say --yes if you mean it\n",
    });
    expect(await say(b, "remove", name, "--yes")).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\S+: 5 line\(s\), \d+ bytes removed\n$/),
    });
    await running.awaitEvent("SetAsideRemoved");
    expect(files(b)).toEqual([]);
    await stopped(running);
    appendFileSync(file, "{}\n{}\n");
    expect(await say(b, "resend")).toMatchObject({
      code: 3,
      out: "",
      err: expect.stringContaining(
        `no sls-agent runs with the data folder ${b.data}, and the running one is what sends; start it`,
      ),
    });
    expect(await say(b, "remove", name, "--yes", "--json")).toMatchObject({
      code: 0,
      out: expect.stringContaining('"lines": 2'),
    });
    expect(files(b)).toEqual([]);
  });

  it.skipIf(process.platform !== "linux")(
    "takes little memory for 60 MB of lines, which are all stored once",
    async () => {
      const b = await cloudBench();
      const running = run(b);
      await running.awaitEvent("Listening");
      const resident = (): number =>
        Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${running.process.pid}/status`, "utf8"))?.[1]) / 1024;
      const before = resident();
      const text = recordsOf(b, 6_000, "x".repeat(10_000));
      const file = join(b.data, "set-aside", "test-project.test-logstore.jsonl");
      writeFileSync(file, text);
      expect(statSync(file).size).toBeGreaterThan(60e6);
      let peak = 0;
      const watching = setInterval(() => (peak = Math.max(peak, resident())), 20);
      const said = await say(b, "resend");
      clearInterval(watching);
      expect(said).toMatchObject({ code: 0, out: `${name}: 6000 line(s) sent\n` });
      expect(peak - before).toBeLessThan(45);
      const stored = (await b.messages()).map((msg) => Number(msg.split(" ")[0]));
      expect(stored.sort((x, y) => x - y)).toEqual(Array.from({ length: 6_000 }, (_, n) => n));
      await stopped(running);
    },
  );

  it("says which logstores there are where a name is none of them", async () => {
    const b = await cloudBench();
    const running = await withLinesAside(b, ["1"]);
    expect(await say(b, "resend", "test-project/other", "../etc")).toEqual({
      code: 2,
      out: "",
      err:
        `sls-agent: no lines are set aside for test-project/other; there are some for: ${name}\n` +
        'sls-agent: a logstore is named PROJECT/LOGSTORE, got "../etc"; sls-agent set-aside list names them\n',
    });
    const file = join(b.data, "set-aside", "test-project.test-logstore.jsonl");
    renameSync(file, `${file}.seen`);
    await until("the status tells", async () => !(await status(b)).includes("set aside  "));
    await stopped(running);
  });
});
