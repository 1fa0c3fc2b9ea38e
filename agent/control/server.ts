/**
 * `control.sock` in the data folder, for the agent's own user and root: one JSON object a connection asks, one answers.
 * `{"command": "drain", "seconds": 60}` -> `{"linesLeft": 0, "lastError": …}`, when nothing is left or the time is over.
 */
import * as fs from "node:fs";
import * as net from "node:net";
import { join } from "node:path";
import type { AgentEvent } from "../status/events";
import type { AgentStatus } from "../status/status-file";
import type { World } from "../world";
import { Drain } from "./drain";

export interface ControlServerOptions {
  readonly dataDir: string;
  readonly status: () => AgentStatus;
  readonly world: World;
}

export interface DrainAnswer {
  readonly linesLeft: number;
  readonly lastError?: AgentStatus["lastError"];
}

export const controlSocket = (dataDir: string): string => join(dataDir, "control.sock");

const lookMs = 100;
const maxRequestBytes = 1024;

export class ControlServer {
  private readonly drains = new Set<Drain>();
  private readonly over = new AbortController();
  private readonly server: net.Server;
  private readonly open = new Set<net.Socket>();

  /** Where the folder cannot hold a socket (its path is longer than 90 bytes, say), `drain` finds no agent; nothing else depends on it. */
  constructor(private readonly options: ControlServerOptions) {
    const file = controlSocket(options.dataDir);
    this.server = net.createServer({ allowHalfOpen: true }, (socket) => this.connected(socket));
    this.server.on("error", () => undefined);
    // The data folder is held: what lies there is of an agent that was killed.
    fs.rmSync(file, { force: true });
    const mask = process.umask(0o177);
    try {
      this.server.listen(file);
    } finally {
      process.umask(mask);
    }
  }

  readonly on = (event: AgentEvent): void => {
    for (const drain of this.drains) drain.on(event);
  };

  async close(): Promise<void> {
    this.over.abort();
    for (const socket of this.open) socket.destroy();
    if (!this.server.listening) return;
    await new Promise((resolve) => this.server.close(resolve));
  }

  private connected(socket: net.Socket): void {
    let text = "";
    this.open.add(socket.on("error", () => socket.destroy()).on("close", () => this.open.delete(socket)));
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (text.length > maxRequestBytes) socket.destroy();
    });
    socket.on("end", () => void this.answer(text).then((answer) => socket.end(`${JSON.stringify(answer)}\n`)));
  }

  private async answer(text: string): Promise<DrainAnswer | { error: string }> {
    let request: { command?: unknown; seconds?: unknown } | null;
    try {
      request = JSON.parse(text) as object | null;
    } catch {
      return { error: "the request is not JSON" };
    }
    const { command, seconds } = request ?? {};
    if (command !== "drain") return { error: `no such command: ${JSON.stringify(command)}; there is drain` };
    return this.drain(typeof seconds === "number" ? seconds * 1000 : 60_000);
  }

  private async drain(ms: number): Promise<DrainAnswer> {
    const { status, world } = this.options;
    const drain = new Drain(status().queues);
    const end = world.now().getTime() + ms;
    this.drains.add(drain);
    try {
      for (;;) {
        const { queues, lastError } = status();
        const linesLeft = drain.linesLeft(queues);
        const late = world.now().getTime() >= end || this.over.signal.aborted;
        if (linesLeft === 0 || late) return { linesLeft, ...(lastError ? { lastError } : {}) };
        await world.sleep(lookMs, this.over.signal);
      }
    } finally {
      this.drains.delete(drain);
    }
  }
}
