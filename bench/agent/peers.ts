/** Other forwarders, from TCP to TCP, without a disk: undefined where one is not installed. */
import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as net from "node:net";
import { join } from "node:path";
import { stop } from "./processes";

export interface Peer {
  readonly pid: number;
  readonly port: number;
  stop(): Promise<void>;
}

const installed = (command: string): boolean => spawnSync(command, ["--version"]).error === undefined;

export async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export async function listening(port: number): Promise<void> {
  for (;;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = net.connect(port, "127.0.0.1", () => resolve(true));
      socket.on("error", () => resolve(false));
      socket.unref();
      setTimeout(() => socket.destroy(), 100);
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function startRsyslog(folder: string, sinkPort: number): Promise<Peer | undefined> {
  if (!installed("rsyslogd")) return undefined;
  fs.mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const config = join(folder, "rsyslog.conf");
  fs.writeFileSync(
    config,
    [
      `global(workDirectory="${folder}")`,
      'module(load="imptcp")',
      `input(type="imptcp" address="127.0.0.1" port="${port}")`,
      `action(type="omfwd" target="127.0.0.1" port="${sinkPort}" protocol="tcp"`,
      '  queue.type="LinkedList" queue.size="500000" queue.dequeueBatchSize="2000" queue.timeoutEnqueue="60000")',
      "",
    ].join("\n"),
  );
  const child = spawn("rsyslogd", ["-n", "-f", config, "-i", join(folder, "pid")], { stdio: "ignore" });
  await listening(port);
  return { pid: child.pid as number, port, stop: () => stop(child) };
}

/** Where scripts/peers-setup.sh unpacks it: Debian will not have it installed beside rsyslog. */
const unpacked = join(__dirname, "..", "..", ".cache", "peers", "syslog-ng");

interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

function syslogNg(): Program | undefined {
  if (installed("syslog-ng")) return { command: "syslog-ng", args: [], env: process.env };
  const command = join(unpacked, "usr/sbin/syslog-ng");
  if (!fs.existsSync(command)) return undefined;
  const libraries = fs
    .readdirSync(join(unpacked, "usr/lib"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory());
  const folders = libraries.map(({ name }) => join(unpacked, "usr/lib", name));
  const modules = folders
    .filter((folder) => folder.endsWith("/syslog-ng"))
    .flatMap((folder) => fs.readdirSync(folder, { withFileTypes: true }).map(({ name }) => join(folder, name)))
    .filter((path) => fs.statSync(path).isDirectory());
  return {
    command,
    args: ["--no-caps", "--module-path", modules.join(":")],
    env: { ...process.env, LD_LIBRARY_PATH: [...folders, join(unpacked, "usr/lib")].join(":") },
  };
}

/** Parses each line (RFC 3164) and sends it on by TCP, without a disk. */
export async function startSyslogNg(folder: string, sinkPort: number): Promise<Peer | undefined> {
  const program = syslogNg();
  if (program === undefined) return undefined;
  fs.mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const config = join(folder, "syslog-ng.conf");
  fs.writeFileSync(
    config,
    [
      "@version: 3.35",
      "options { stats_freq(0); };",
      `source s { network(ip("127.0.0.1") port(${port}) transport("tcp") log_iw_size(100000) log_fetch_limit(1000)); };`,
      `destination d { network("127.0.0.1" port(${sinkPort}) transport("tcp") log_fifo_size(200000)); };`,
      "log { source(s); destination(d); flags(flow-control); };",
      "",
    ].join("\n"),
  );
  const files = ["persist", "ctl", "pid"].map((name) => join(folder, name)) as [string, string, string];
  const [persist, control, pid] = files;
  const own = ["--persist-file", persist, "--control", control, "--pidfile", pid];
  const child = spawn(program.command, ["-F", "-f", config, ...program.args, ...own], {
    stdio: "ignore",
    env: program.env,
  });
  await listening(port);
  return { pid: child.pid as number, port, stop: () => stop(child) };
}
