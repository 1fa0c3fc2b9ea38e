/** The first process of the sandbox: bakes a disk, boots it, checks what only a kernel of its own shows. Arguments as of ../inside.ts, without images. */
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import type { AgentStatus } from "../../../agent/status/status-file";
import { table } from "../../../cli/table";
import { colors as pc } from "../../../deploy/colors";
import { metadataAddress } from "../../../emulator/metadata/listener";
import { progressOf } from "../../../images/packer";
import { expectSame, ms, timed } from "../checks/check";
import { tally } from "../checks/lines";
import { TestCloud } from "../cloud";
import { testAddress } from "../network";
import { patienceMs, run, until } from "../run";
import { runInside } from "../sandbox";
import { bakeDisk } from "./bake";
import { VirtualMachine } from "./virtual-machine";

/** Aims, ms: told, not held to. */
const firstLineWithin = 20_000;
const bakeWithin = 60_000;
/** Lines of the flood, 1 KB each: more than the agent keeps in memory. */
const floodLines = 40_000;
/** Half of what journald's queue to rsyslog holds: more than that it drops, where the machine is slow. */
const atOnce = 4_000;

const say = (text: string): unknown => process.stdout.write(`${text}\n`);
const rows: string[][] = [];
let failed = 0;

async function check<T>(name: string, what: () => Promise<readonly [string, T]>): Promise<T> {
  const begun = performance.now();
  try {
    const [told, value] = await what();
    rows.push([name, "ok", ms(performance.now() - begun), told]);
    say(`${pc.green("ok    ")} ${name} (${ms(performance.now() - begun)})\n       ${told}`);
    return value;
  } catch (error) {
    failed++;
    rows.push([name, "FAILED", ms(performance.now() - begun), (error as Error).message.split("\n")[0] ?? ""]);
    say(`${pc.red("FAILED")} ${name}\n       ${(error as Error).message.replaceAll("\n", "\n       ")}`);
    throw error;
  }
}

async function checks(work: string, base: string, agentPackage: string, kernel: string, initrd: string): Promise<void> {
  // QEMU's own network stands in for the machine's: it speaks to these from here.
  for (const args of [
    ["link", "set", "lo", "up"],
    ["addr", "add", `${metadataAddress}/32`, "dev", "lo"],
    ["addr", "add", `${testAddress}/32`, "dev", "lo"],
  ]) {
    await run("ip", args);
  }
  const cloud = await TestCloud.start(join(work, "cloud"));
  const log = join(work, "vm-packer.log");
  const begin = performance.now();
  const progress = (text: string): unknown => say(pc.dim(`       ${ms(performance.now() - begin)} ${text}`));
  const baked = await check("bake (Packer's qemu source)", async () => {
    const made = await bakeDisk({
      image: "app",
      base,
      work,
      agentPackage,
      cloud,
      kernel,
      initrd,
      onLine: (line) => {
        appendFileSync(log, `${line}\n`);
        const step = progressOf(line);
        if (step !== undefined) progress(step);
      },
    });
    return [timed("disk made in", performance.now() - begin, bakeWithin, Infinity), made];
  });
  const stored = (): number =>
    cloud.local.requests.filter(({ operation, status }) => operation === "PostLogStoreLogs" && status === 200).length;
  const before = stored();
  const machine = VirtualMachine.boot({ ...baked, kernel, initrd, consoleFile: join(work, "vm-console.log") });
  await check("first boot, no unit failed", async () => {
    progress("the disk boots");
    const took = await machine
      .until("the first line in the logstore", () => (stored() > before ? performance.now() : undefined))
      .catch((error: Error) => {
        throw new Error(`${error.message}; the end of its console:\n${machine.console()}`);
      });
    await machine.running();
    return [timed("first line stored after", took - machine.bootedAt, firstLineWithin, Infinity), undefined];
  });
  await check("start order", async () => {
    let ready = 0;
    const told = [`kernel ${ms(Number(await machine.manager("UserspaceTimestampMonotonic")) / 1000)}`];
    for (const unit of ["logtail", "rsyslog", "todo-list"]) {
      const begun = Number(await machine.property(`${unit}.service`, "InactiveExitTimestampMonotonic"));
      if (begun === 0 || begun < ready)
        throw new Error(`${unit} began at ${begun} µs, the one before was ready at ${ready}`);
      ready = Number(await machine.property(`${unit}.service`, "ActiveEnterTimestampMonotonic"));
      told.push(`${unit} ${ms(begun / 1000)} to ${ms(ready / 1000)}`);
    }
    return [told.join(" -> "), undefined];
  });
  await check("queue between journald and rsyslog", async () => {
    const length = (await machine.sh("cat /proc/sys/net/unix/max_dgram_qlen")).trim();
    expectSame("net.unix.max_dgram_qlen", length, "8192");
    return [`net.unix.max_dgram_qlen is ${length}`, undefined];
  });
  await check("flood: memory stays below MemoryMax", async () => {
    const limit = Number(await machine.property("logtail.service", "MemoryMax"));
    const cgroup = "/sys/fs/cgroup/system.slice/logtail.service";
    expectSame("memory.max of the kernel", (await machine.sh(`cat ${cgroup}/memory.max`)).trim(), String(limit));
    const pid = await machine.property("logtail.service", "MainPID");
    // Nothing leaves while they come.
    await cloud.local.pause();
    try {
      progress(`writing ${floodLines} lines`);
      const accepted = async (): Promise<number> =>
        (JSON.parse(await machine.sh("cat /var/lib/sls-agent/status.json")) as AgentStatus).lines.accepted;
      const before = await accepted();
      for (let from = 0; from < floodLines; from += atOnce) {
        const to = from + atOnce;
        await machine.sh(
          `awk 'BEGIN { for (i = ${from}; i < ${to}; i++) printf "line %d of the boot test %01000d\\n", i, 0 }' | logger --tag app-flood --id=1 --size 2048`,
        );
        await until("the agent has them", patienceMs, async () =>
          (await accepted()) >= before + to ? true : undefined,
        );
      }
    } finally {
      await cloud.local.resume();
    }
    progress("waiting for them in the logstore");
    const logs = await cloud.arrived("app-flood", floodLines, 300_000);
    const { lost, doubled } = tally(logs, floodLines);
    expectSame("lost and doubled", { lost, doubled }, { lost: 0, doubled: 0 });
    expectSame("the agent's process", await machine.property("logtail.service", "MainPID"), pid);
    expectSame("oom kills", /oom_kill (\d+)/.exec(await machine.sh(`cat ${cgroup}/memory.events`))?.[1], "0");
    const resident = Number(/VmHWM:\s+(\d+)/.exec(await machine.sh(`cat /proc/${pid}/status`))?.[1]) * 1024;
    const mib = (bytes: number): string => `${Math.round(bytes / 1048576)} MiB`;
    return [
      `${floodLines} lines of 1 KB while the service is away, none lost; at most ${mib(resident)} resident of ${mib(limit)}`,
      undefined,
    ];
  });
  await check("MemoryMax and CPUQuota are enforced", async () => {
    // Units with the agent's own limits, of programs that want more.
    const memory = await machine.property("logtail.service", "MemoryMax");
    await machine.sh(
      `systemd-run --quiet --wait --unit=eater -p MemoryMax=${memory} -p MemorySwapMax=0 /usr/bin/python3 -c 'x = bytearray(450 << 20)'; true`,
    );
    expectSame(`how a unit of more than ${memory} bytes ends`, await machine.property("eater", "Result"), "oom-kill");
    const used = await machine.sh(
      "systemd-run --quiet --wait --pipe -p CPUQuota=50% /usr/bin/python3 -c 'import time\nend = time.monotonic() + 6\nwhile time.monotonic() < end: pass\nprint(time.process_time())'",
    );
    const share = Number(used.trim()) / 6;
    if (!(share < 0.6)) throw new Error(`a unit with CPUQuota=50% had ${Math.round(share * 100)} % of a core`);
    return [
      `a unit above ${memory} bytes is ended; one with CPUQuota=50% had ${Math.round(share * 100)} % of a core`,
      undefined,
    ];
  });
  await check("power off", async () => {
    await machine.powerOff();
    return ["in order", undefined];
  });
}

async function main(): Promise<number> {
  const [work = "", base = "", agentPackage = "", kernel = "", initrd = ""] = process.argv.slice(2);
  const begin = performance.now();
  // A check that failed has told; those after it need what it did not make.
  await checks(work, base, agentPackage, kernel, initrd).catch((error: unknown) => {
    if (failed === 0) throw error;
  });
  say(
    `\n${table(["check", "", "took", "found"], rows)}\n\n${rows.length - failed} passed, ${failed} failed, ${ms(performance.now() - begin)}`,
  );
  return failed === 0 ? 0 : 1;
}

runInside(main);
