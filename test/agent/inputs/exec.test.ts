import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { ExecInput } from "../../../agent/inputs/exec";
import { temporaryFolder } from "../support/folder";
import { linesOf } from "../support/lines";
import { ManualWorld, until } from "../support/world";

function open(script: string, env: NodeJS.ProcessEnv = {}, world?: ManualWorld) {
  const taken = linesOf();
  const command = ["sh", "-c", script] as const;
  const input = new ExecInput({
    ...taken.common,
    ...(world === undefined ? {} : { world }),
    command,
    env: { PATH: process.env["PATH"], ...env },
  });
  onTestFinished(() => input.close());
  return { ...taken, input };
}
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe("the exec input", () => {
  it("takes the lines of a command's output and of its errors, each framed by itself", async () => {
    const { lines, input } = open('printf "be"; echo "error" >&2; printf "gin\\nhalf"; exec sleep 100 >&- 2>&-');
    await until("three lines", () => lines.length >= 3);
    expect([...lines].sort()).toEqual(["begin", "error", "half"]);
    expect(input.status).toEqual({ input: "exec", state: "listening", address: "sh", connections: 1 });
  });

  it("starts a command again that ended, later each time, and says how it ended", async () => {
    const world = new ManualWorld();
    const { lines, events } = open("echo run; exit 3", {}, world);
    for (let i = 1; i <= 8; i++) {
      await until(`run ${i}`, () => world.slept.length === i);
      await world.pass(world.slept.at(-1) as number);
    }
    expect(lines.length).toBeGreaterThanOrEqual(8);
    expect(world.slept.slice(0, 8)).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map((s) => s * 1000));
    expect(events).toEqual([
      { type: "WaitingFor", what: "command sh", why: "it ended with exit code 3; it is started again in 1 s" },
    ]);
  });

  it("tries again what the system does not start at all, for lack of memory, say", async () => {
    const world = new ManualWorld();
    const { events, input } = open(`exit 0 # ${"x".repeat(200_000)}`, {}, world);
    await until("a pause", () => world.slept.length === 1);
    expect(events).toEqual([
      {
        type: "WaitingFor",
        what: "command sh",
        why: "it could not be started: spawn E2BIG; it is started again in 1 s",
      },
    ]);
    expect(input.state).toBe("waiting");
  });

  it("keeps what is the agent's own from the command: its access key, and its word to systemd", async () => {
    const { lines } = open("env; exec sleep 100", {
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: "s",
      NOTIFY_SOCKET: "/run/systemd/notify",
      WATCHDOG_USEC: "1",
      WATCHDOG_PID: "1",
      KEPT: "yes",
    });
    await until("its environment", () => lines.includes("KEPT=yes") && lines.some((line) => line.startsWith("PATH=")));
    expect(lines.filter((line) => /^(ALIBABA|NOTIFY|WATCHDOG)/.test(line))).toEqual([]);
  });

  it("ends the command and all that it started, and takes the last words", async () => {
    const folder = temporaryFolder();
    const { lines, input } = open(
      `trap 'echo bye; exit' TERM; sleep 1000 & echo $! > ${folder}/pid; echo ready; while :; do sleep 0.01; done`,
    );
    await until("it is ready", () => lines.includes("ready"));
    const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
    expect(isAlive(pid)).toBe(true);
    await input.close();
    expect(lines.at(-1)).toBe("bye");
    await until("its child is gone", () => !isAlive(pid));
  });

  it("does not wait for ever for a process that left the group and holds the pipe", async () => {
    const folder = temporaryFolder();
    const { lines, input } = open(`setsid sh -c 'echo $$ > ${folder}/pid; exec sleep 1000' & echo ready; wait`);
    await until("it is ready", () => lines.includes("ready") && existsSync(join(folder, "pid")));
    await until("its pid is there", () => readFileSync(join(folder, "pid"), "utf8") !== "");
    const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
    onTestFinished(() => void process.kill(pid, "SIGKILL"));
    await input.close();
    expect(isAlive(pid)).toBe(true);
  });

  it("holds the command while it is held, and loses nothing", async () => {
    const { lines, input } = open("seq 1 200000; exec sleep 100 >&- 2>&-");
    input.setHeld(true);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const before = lines.length;
    expect(before).toBeLessThan(200_000);
    input.setHeld(false);
    await until("all lines", () => lines.length === 200_000);
  });

  it("takes what a command wrote that ended while it was held, and at the close, too", async () => {
    // What fits into a pipe: the command does not wait for a reader.
    for (const atClose of [false, true]) {
      const folder = temporaryFolder();
      const { lines, input } = open(`seq 1 10000; touch ${folder}/done`, {}, new ManualWorld());
      input.setHeld(true);
      await until("it has ended", () => existsSync(join(folder, "done")));
      if (atClose) void input.close();
      else input.setHeld(false);
      await until("all lines", () => lines.length === 10_000);
    }
  });

  it("does not make one line of the end of one run and the beginning of the next", async () => {
    const world = new ManualWorld();
    const { lines } = open('printf "begin\\nhalf"', {}, world);
    for (let run = 1; run <= 2; run++) {
      await until(`run ${run}`, () => world.slept.length === run);
      await world.pass(world.slept.at(-1) as number);
    }
    expect(lines.slice(0, 4)).toEqual(["begin", "half", "begin", "half"]);
  });

  it("keeps the agent's access key from the command", async () => {
    const secrets = {
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: "s1",
      ALICLOUD_SECRET_KEY: "s2",
      ALIBABA_CLOUD_SECURITY_TOKEN: "s3",
    };
    const { lines } = open("env; echo end; exec sleep 100 >&- 2>&-", { ...secrets, OTHER: "yes" });
    await until("it is done", () => lines.includes("end"));
    expect(lines).toContain("OTHER=yes");
    expect(lines.filter((line) => /=s\d$/.test(line))).toEqual([]);
  });

  it("says that a command cannot be started", async () => {
    const taken = linesOf();
    const input = new ExecInput({ ...taken.common, command: ["no-such-command", "secret"], env: {} });
    onTestFinished(() => input.close());
    await until("it says so", () => taken.events.length > 0);
    expect(taken.events[0]).toMatchObject({
      what: "command no-such-command",
      why: expect.stringMatching(/^it could not be started: spawn no-such-command ENOENT; it is started again in 1 s$/),
    });
    expect(JSON.stringify(taken.events)).not.toContain("secret");
  });
});
