/** The network of the machines: a wire between the machine and where the test and the local cloud are. */
import { createConnection, createServer } from "node:net";
import { existsSync, mkdirSync } from "node:fs";
import { once } from "node:events";
import { metadataAddress } from "../../emulator/metadata/listener";
import { run } from "./run";

export const testAddress = "10.99.0.1";
export const machineAddress = "10.99.0.2";
export const machineNetns = "/run/netns/machine";

/** To be called once, in namespaces of the run's own. */
export async function makeNetwork(): Promise<void> {
  const ip = (command: string): Promise<string> => run("ip", command.split(" "));
  await run("mount", ["-t", "tmpfs", "tmpfs", "/run"]);
  mkdirSync("/run/netns");
  await ip("link set lo up");
  await ip("netns add machine");
  await ip("link add test0 type veth peer name host0 netns machine");
  await ip(`addr add ${testAddress}/24 dev test0`);
  await ip("link set test0 up");
  await ip(`addr add ${metadataAddress}/32 dev test0`);
  await ip(`-n machine addr add ${machineAddress}/24 dev host0`);
  await ip("-n machine link set lo up");
  await ip("-n machine link set host0 up");
  await ip(`-n machine route add default via ${testAddress}`);
}

/** What systemd-sysctl does with a file on a machine; a container may not. Without the file the machine has what systemd sets by itself. */
export async function applySysctl(file: string): Promise<void> {
  const settings = existsSync(file) ? ["-p", file] : ["-w", "net.unix.max_dgram_qlen=512"];
  await run("ip", ["netns", "exec", "machine", "sysctl", "-q", ...settings]);
}

export interface Relay {
  /** Connections that were taken, and had nobody to be handed on to. */
  readonly refused: number;
}

/** The local cloud listens on 127.0.0.1 alone: this hands on to it what comes over the wire. */
export async function relay(port: number, to: number): Promise<Relay> {
  const count = { refused: 0 };
  const server = createServer((from) => {
    const onward = createConnection(to, "127.0.0.1");
    from.pipe(onward).pipe(from);
    from.on("error", () => onward.destroy());
    onward.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED") count.refused++;
      from.destroy();
    });
    from.on("close", () => onward.destroy());
    onward.on("close", () => from.destroy());
  });
  server.listen(port, testAddress);
  await once(server, "listening");
  return count;
}
