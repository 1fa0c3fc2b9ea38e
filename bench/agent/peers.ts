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

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listening(port: number): Promise<void> {
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

export async function startSyslogNg(folder: string, sinkPort: number): Promise<Peer | undefined> {
  if (!installed("syslog-ng")) return undefined;
  fs.mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const config = join(folder, "syslog-ng.conf");
  fs.writeFileSync(
    config,
    [
      "@version: 3.38",
      "options { stats_freq(0); };",
      `source s { network(ip("127.0.0.1") port(${port}) transport("tcp") log_iw_size(100000) flags(no-multi-line)); };`,
      `destination d { network("127.0.0.1" port(${sinkPort}) transport("tcp") log_fifo_size(200000)); };`,
      "log { source(s); destination(d); flags(flow-control); };",
      "",
    ].join("\n"),
  );
  const files = [
    "--persist-file",
    join(folder, "persist"),
    "--control",
    join(folder, "ctl"),
    "--pidfile",
    join(folder, "pid"),
  ];
  const child = spawn("syslog-ng", ["-F", "-f", config, ...files], { stdio: "ignore" });
  await listening(port);
  return { pid: child.pid as number, port, stop: () => stop(child) };
}
