/** A machine: a tree that systemd boots in a container, with a wire to the test. */
import { spawn, type ChildProcess } from "node:child_process";
import { appendFileSync, closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { netnsFile, type Wire } from "./network";
import { patienceMs, run, until } from "./run";
import { cgroupRoots } from "./sandbox";

/** systemd-nspawn's exit code when the machine wants to be started again. */
const rebooted = 133;
const poweroffSignal = 37; // SIGRTMIN+4, to a machine's systemd

export interface MachineOptions {
  /** Short, and unique among those of this run. */
  readonly name: string;
  /** Root folder. */
  readonly tree: string;
  /** Cgroup of the run. */
  readonly cgroup: string;
  /** Where it is in the network. */
  readonly wire: Wire;
  /** Takes what is said on its console. */
  readonly consoleFile: string;
}

export class Machine {
  private readonly ended: Promise<number>;

  private constructor(
    readonly options: MachineOptions,
    nspawn: ChildProcess,
    /** performance.now() when it was switched on. */
    readonly bootedAt: number,
    /** Process id of its systemd, seen from outside. */
    readonly leader: number,
  ) {
    this.ended = new Promise((resolve) => nspawn.on("close", (code) => resolve(code ?? -1)));
  }

  static async boot(options: MachineOptions): Promise<Machine> {
    const { name, tree, cgroup, consoleFile, wire } = options;
    appendFileSync(consoleFile, `\n--- ${name}\n`);
    const folders = cgroupRoots().map((root) => join(root, cgroup, name));
    for (const folder of folders) mkdirSync(folder, { recursive: true });
    const enter = folders.map((folder) => `echo $$ > ${join(folder, "cgroup.procs")}`).join(" && ");
    const args = [
      "-D",
      tree,
      "-b",
      "-M",
      name,
      "--register=no",
      "--keep-unit",
      `--network-namespace-path=${netnsFile(wire)}`,
    ];
    const fixed = ["--link-journal=no", "--resolv-conf=off", "--timezone=off"];
    const output = openSync(consoleFile, "a");
    const bootedAt = performance.now();
    const nspawn = spawn("/bin/sh", ["-c", `${enter} && exec systemd-nspawn "$@"`, "sh", ...args, ...fixed], {
      env: { PATH: process.env["PATH"], SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: "1" },
      stdio: ["ignore", output, output],
    });
    closeSync(output);
    const pid = nspawn.pid;
    if (pid === undefined) throw new Error(`machine ${name}: systemd-nspawn could not be started`);
    const leader = await until(`machine ${name}: its systemd`, patienceMs, () => {
      if (nspawn.exitCode !== null)
        throw new Error(`machine ${name} did not boot:\n${readFileSync(consoleFile, "utf8").slice(-2000)}`);
      return childOf(pid);
    });
    return new Machine(options, nspawn, bootedAt, leader);
  }

  /** What a command of a shell in the machine says. */
  sh(script: string, options: { input?: string; timeoutMs?: number } = {}): Promise<string> {
    const env = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C.UTF-8" };
    return run(
      "nsenter",
      ["-t", String(this.leader), "-m", "-u", "-i", "-n", "-p", "-C", "--", "/bin/sh", "-ec", script],
      { env, ...options },
    );
  }

  /** A property of a unit, as `systemctl show` tells it. */
  async property(unit: string, name: string): Promise<string> {
    return (await this.sh(`systemctl show --value -p ${name} ${unit}`)).trim();
  }

  async mainPid(unit: string): Promise<number> {
    return Number(await this.property(unit, "MainPID"));
  }

  /** Waits until systemd has started all; rejects with the units that failed, and what they said. */
  async running(timeoutMs = patienceMs): Promise<void> {
    const state = await until(`machine ${this.options.name}: systemd`, timeoutMs, async () => {
      const said = await this.sh("systemctl is-system-running --wait || true", { timeoutMs }).catch(() => "");
      return /^(running|degraded|maintenance)/.exec(said)?.[0];
    });
    if (state === "running") return;
    const failed = await this.sh(
      "systemctl --failed --plain --no-legend; systemctl --failed --plain --no-legend | cut -d' ' -f1 | xargs -r -n1 journalctl -n 15 --no-pager -u",
    );
    throw new Error(`machine ${this.options.name} is ${state}:\n${failed}`);
  }

  async powerOff(): Promise<void> {
    process.kill(this.leader, poweroffSignal);
    await this.end("poweroff");
  }

  /** At once, whatever it is doing. */
  async cutPower(): Promise<void> {
    process.kill(this.leader, "SIGKILL");
    await this.end("end of its power");
  }

  /** Restarts it by its own command, and resolves to the machine that came of it. */
  async reboot(): Promise<Machine> {
    // The command itself dies with the machine.
    await this.sh("systemctl reboot").catch(() => undefined);
    const code = await this.end("reboot");
    if (code !== rebooted)
      throw new Error(`machine ${this.options.name} ended with ${code} at its reboot, expected ${rebooted}`);
    return Machine.boot(this.options);
  }

  private async end(what: string): Promise<number> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`machine ${this.options.name}: no ${what} within ${patienceMs / 1000} s`)),
        patienceMs,
      );
    });
    try {
      return await Promise.race([this.ended, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function childOf(pid: number): number | undefined {
  try {
    const [first] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
    if (!first) return undefined;
    // Before it is systemd, it is still nspawn itself.
    return /systemd$|init$/.test(readFileSync(`/proc/${first}/comm`, "utf8").trim()) ? Number(first) : undefined;
  } catch {
    return undefined;
  }
}
