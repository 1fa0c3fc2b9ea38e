/** Forward proxies that we did not write, in the foreground, with the user `agent` and a password that needs escapes. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, writeFileSync } from "node:fs";
import * as net from "node:net";
import { join } from "node:path";
import { freePort } from "./ports";
import { tool } from "./tools";

export const proxyUser = "agent";
export const proxyPassword = "p@ss:w/rd%20#1";
const account = `${proxyUser}:${encodeURIComponent(proxyPassword)}@`;

export interface ForwardProxy {
  /** For HTTP_PROXY and its like. */
  readonly address: string;
  readonly port: number;
  /** kill -9; resolves when the port is free. */
  kill(): Promise<void>;
  /** Again on the same port. */
  start(): Promise<void>;
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.on("error", () => resolve(false));
    socket.on("connect", () => {
      resolve(true);
      socket.destroy();
    });
  });

async function runProxy(scheme: string, port: number, command: readonly [string, ...string[]]): Promise<ForwardProxy> {
  const [program, ...args] = command;
  let child: ChildProcess;
  let said = "";
  const start = async (): Promise<void> => {
    child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], detached: true });
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (chunk: Buffer) => (said += chunk.toString()));
    while (!(await listens(port))) {
      if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}: ${said}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await start();
  return {
    address: `${scheme}://${account}127.0.0.1:${port}`,
    port,
    start,
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
      const ended = once(child, "exit");
      process.kill(-child.pid, "SIGKILL");
      await ended;
    },
  };
}

/** squid: absolute form and CONNECT. `hosts`: names that it knows, at 127.0.0.1. */
export async function startSquid(folder: string, hosts: readonly string[]): Promise<ForwardProxy> {
  const port = await freePort();
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  // squid gives up root's rights.
  chmodSync(folder, 0o777);
  const conf = [
    `http_port 127.0.0.1:${port}`,
    `pid_filename ${join(folder, "squid.pid")}`,
    "access_log none",
    `cache_log ${join(folder, "squid.log")}`,
    "cache_store_log none",
    "cache deny all",
    "cache_mem 0",
    "coredump_dir none",
    "visible_hostname proxy.intra",
    `hosts_file ${file("hosts", hosts.map((host) => `127.0.0.1 ${host}\n`).join(""))}`,
    `auth_param basic program /usr/lib/squid/basic_ncsa_auth ${file("passwords", `${proxyUser}:${apr1()}\n`)}`,
    "auth_param basic realm intra",
    "acl known proxy_auth REQUIRED",
    "http_access allow known",
    "http_access deny all",
    "shutdown_lifetime 0 seconds",
  ];
  return runProxy("http", port, [tool("squid") ?? "squid", "-N", "-f", file("squid.conf", `${conf.join("\n")}\n`)]);
}

const apr1 = (): string =>
  execFileSync("openssl", ["passwd", "-apr1", "-stdin"], { input: proxyPassword, encoding: "utf8" }).trim();

/** microsocks: SOCKS5. `hosts` are known to it alone, by a mount of its own: needs root. */
export async function startMicrosocks(folder: string, hosts: readonly string[]): Promise<ForwardProxy> {
  const port = await freePort();
  const file = join(folder, "socks-hosts");
  writeFileSync(file, hosts.map((host) => `127.0.0.1 ${host}\n`).join(""));
  const script = 'mount --bind "$1" /etc/hosts && shift && exec "$@"';
  const socks = ["microsocks", "-i", "127.0.0.1", "-p", String(port), "-u", proxyUser, "-P", proxyPassword];
  return runProxy("socks5", port, ["unshare", "--mount", "sh", "-c", script, "sh", file, ...socks]);
}
