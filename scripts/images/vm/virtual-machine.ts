/** A virtual machine with a kernel of its own, emulated by QEMU (TCG): slow, and the same wherever it runs. */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { run, until } from "../run";
import type { Kernel } from "./kernel";

export const kernelArguments = "console=ttyS0 rw quiet net.ifnames=0 mitigations=off random.trust_cpu=on";
/** As the templates' own instance type has. */
const processors = "2";
/** Of the sandbox's own loopback. */
const sshPort = 2222;
/** On a machine with much else to do all takes many times as long: this is for what hangs, ms. */
const patience = 900_000;

export interface VirtualMachineOptions extends Kernel {
  readonly disk: string;
  readonly consoleFile: string;
  readonly keyFile: string;
  /** @default 768 */
  readonly memoryMib?: number;
}

export class VirtualMachine {
  private constructor(
    private readonly options: VirtualMachineOptions,
    private readonly qemu: ChildProcess,
    /** performance.now() when it was switched on. */
    readonly bootedAt: number,
  ) {}

  /** What it writes to its disk is gone with it. */
  static boot(options: VirtualMachineOptions): VirtualMachine {
    const args = [
      ...[
        "-accel",
        "tcg,thread=multi",
        "-M",
        "pc",
        "-smp",
        processors,
        "-m",
        String(options.memoryMib ?? 768),
        "-nodefaults",
      ],
      ...["-display", "none", "-monitor", "none", "-no-reboot", "-serial", `file:${options.consoleFile}`],
      ...["-drive", `file=${options.disk},format=raw,if=virtio,snapshot=on`, "-device", "virtio-rng-pci"],
      ...["-nic", `user,model=virtio-net-pci,hostfwd=tcp:127.0.0.1:${sshPort}-:22`],
      ...["-kernel", options.kernel, "-initrd", options.initrd, "-append", kernelArguments],
    ];
    return new VirtualMachine(options, spawn("qemu-system-x86_64", args, { stdio: "inherit" }), performance.now());
  }

  /** After `running`. */
  sh(script: string): Promise<string> {
    return run("ssh", [...this.sshTo(), script], { timeoutMs: patience });
  }

  private sshTo(): string[] {
    const { keyFile } = this.options;
    const options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR", "ConnectTimeout=60"];
    const socket = `ControlPath=${this.connection}`;
    const to = ["-i", keyFile, "-p", String(sshPort), "root@127.0.0.1"];
    return [...[...options, socket].flatMap((option) => ["-o", option]), ...to];
  }

  private get connection(): string {
    return join(dirname(this.options.keyFile), "ssh");
  }

  /** One connection for all that is asked: to make one takes an emulated processor seconds. It ends with the machine. */
  private async connect(): Promise<void> {
    let ssh: ChildProcess | undefined;
    await this.until("ssh to the machine", () => {
      if (ssh === undefined || ssh.exitCode !== null)
        ssh = spawn("ssh", ["-M", "-N", ...this.sshTo()], { stdio: "ignore" });
      return existsSync(this.connection) ? true : undefined;
    });
  }

  /** As `until`, for as long as the machine runs. */
  until<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
    return until(what, patience, () => {
      if (!this.hasEnded) return look();
      const how = this.qemu.signalCode ?? `exit code ${this.qemu.exitCode}`;
      throw new Error(`${what}: the machine ended before (${how})`);
    });
  }

  private get hasEnded(): boolean {
    return this.qemu.exitCode !== null || this.qemu.signalCode !== null;
  }

  /** The end of what it said on its console. */
  console(): string {
    const { consoleFile } = this.options;
    return existsSync(consoleFile) ? readFileSync(consoleFile, "utf8").trimEnd().slice(-2000) : "";
  }

  /** Waits until systemd has started all; rejects with the units that failed. */
  async running(): Promise<void> {
    await this.connect();
    const state = (await this.sh("systemctl is-system-running --wait || true")).trim();
    if (state !== "running")
      throw new Error(`the machine is ${state}:\n${await this.sh("systemctl --failed --plain --no-legend")}`);
  }

  async property(unit: string, name: string): Promise<string> {
    return (await this.sh(`systemctl show --value -p ${name} ${unit}`)).trim();
  }

  /** Of systemd itself. */
  async manager(name: string): Promise<string> {
    return (await this.sh(`systemctl show --value -p ${name}`)).trim();
  }

  async powerOff(): Promise<void> {
    await this.sh("systemctl poweroff").catch(() => undefined);
    await until("the machine's power off", patience, () => (this.hasEnded ? true : undefined));
  }
}
