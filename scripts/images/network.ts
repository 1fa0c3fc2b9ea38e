/** The network of the machines: wires between them and where the test and the local cloud are. */
import { createConnection, createServer } from "node:net";
import { existsSync, mkdirSync } from "node:fs";
import { once } from "node:events";
import { metadataAddress } from "../../emulator/metadata/listener";
import { run } from "./run";

/** At the end of a wire is one machine at a time. */
export interface Wire {
  /** Of its network namespace. */
  readonly name: string;
  /** Of the test, on this wire. */
  readonly testAddress: string;
  readonly machineAddress: string;
}

const wire = (name: string, subnet: number): Wire => ({
  name,
  testAddress: `10.99.${subnet}.1`,
  machineAddress: `10.99.${subnet}.2`,
});
/** Images are made at one while machines that came of others are checked at the other. */
export const [machineWire, bakeryWire] = [wire("machine", 0), wire("bakery", 1)];
export const { testAddress, machineAddress } = machineWire;
export const netnsFile = ({ name }: Wire): string => `/run/netns/${name}`;

/** To be called once, in namespaces of the run's own. */
export async function makeNetwork(): Promise<void> {
  await run("mount", ["-t", "tmpfs", "tmpfs", "/run"]);
  mkdirSync("/run/netns");
  await ip("link set lo up");
  await ip(`addr add ${metadataAddress}/32 dev lo`);
  for (const one of [machineWire, bakeryWire]) await lay(one);
}

const ip = (command: string): Promise<string> => run("ip", command.split(" "));

async function lay({ name, testAddress: here, machineAddress: there }: Wire): Promise<void> {
  await ip(`netns add ${name}`);
  await ip(`link add ${name}0 type veth peer name host0 netns ${name}`);
  await ip(`addr add ${here}/24 dev ${name}0`);
  await ip(`link set ${name}0 up`);
  await ip(`-n ${name} addr add ${there}/24 dev host0`);
  await ip(`-n ${name} link set lo up`);
  await ip(`-n ${name} link set host0 up`);
  await ip(`-n ${name} route add default via ${here}`);
}

/** What systemd-sysctl does with a file on a machine; a container may not. Without the file the machine has what systemd sets by itself. */
export async function applySysctl(file: string, { name }: Wire): Promise<void> {
  const settings = existsSync(file) ? ["-p", file] : ["-w", "net.unix.max_dgram_qlen=512"];
  await run("ip", ["netns", "exec", name, "sysctl", "-q", ...settings]);
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
