/** A virtual machine with a kernel of its own, emulated by QEMU (TCG): slow, and the same wherever it runs. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { run, until } from "../run";
import type { Kernel } from "./kernel";

export const kernelArguments = "console=ttyS0 rw quiet net.ifnames=0 mitigations=off random.trust_cpu=on";
/** Of the sandbox's own loopback. */
const sshPort = 2222;

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
      ...["-accel", "tcg,thread=multi", "-M", "pc", "-smp", "1", "-m", String(options.memoryMib ?? 768), "-nodefaults"],
      ...["-display", "none", "-monitor", "none", "-no-reboot", "-serial", `file:${options.consoleFile}`],
      ...["-drive", `file=${options.disk},format=raw,if=virtio,snapshot=on`, "-device", "virtio-rng-pci"],
      ...["-nic", `user,model=virtio-net-pci,hostfwd=tcp:127.0.0.1:${sshPort}-:22`],
      ...["-kernel", options.kernel, "-initrd", options.initrd, "-append", kernelArguments],
    ];
    return new VirtualMachine(options, spawn("qemu-system-x86_64", args, { stdio: "inherit" }), performance.now());
  }

  sh(script: string, { input, timeoutMs = 120_000 }: { input?: string; timeoutMs?: number } = {}): Promise<string> {
    const quiet = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"];
    const to = ["-o", "ConnectTimeout=10", "-i", this.options.keyFile, "-p", String(sshPort), "root@127.0.0.1", script];
    return run("ssh", [...quiet, ...to], { timeoutMs, ...(input === undefined ? {} : { input }) });
  }

  /** Waits until systemd has started all; rejects with the units that failed. */
  async running(): Promise<void> {
    const state = await until("the machine's systemd", 180_000, () =>
      this.sh("systemctl is-system-running --wait || true").then(
        (said) => said.trim() || undefined,
        () => undefined,
      ),
    );
    if (state !== "running")
      throw new Error(`the machine is ${state}:\n${await this.sh("systemctl --failed --plain --no-legend")}`);
  }

  async property(unit: string, name: string): Promise<string> {
    return (await this.sh(`systemctl show --value -p ${name} ${unit}`)).trim();
  }

  async powerOff(): Promise<void> {
    const ended = once(this.qemu, "close");
    await this.sh("systemctl poweroff").catch(() => undefined);
    await ended;
  }
}
