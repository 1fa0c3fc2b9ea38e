/**
 * `control.sock` in the data folder, for the agent's own user and root: one JSON object a connection asks; one answers, the
 * last line. Before it there may be lines `{"progress": …}`. Who closes the connection takes the question back.
 * `{"command": "drain", "seconds": 60}` -> `{"linesLeft": 0, "lastError": …}`, when nothing is left or the time is over.
 * `{"command": "resend", "logstores": ["PROJECT/LOGSTORE"], "seconds": 60}` -> `{"ends": […]}`.
 * `{"command": "remove", "logstore": "PROJECT/LOGSTORE", "bytes": 4711}` -> `{"removed": true}`.
 */
import * as fs from "node:fs";
import * as net from "node:net";
import { join } from "node:path";
import type { Resends } from "../set-aside/resends";
import type { AgentEvent } from "../status/events";
import { stateOf } from "../status/describe-status";
import type { AgentStatus } from "../status/status-file";
import type { World } from "../world";
import { Drain } from "./drain";
import { removeAnswer, resendAnswer } from "./set-aside";

export interface ControlServerOptions {
  readonly dataDir: string;
  readonly status: () => AgentStatus;
  /** Resolves when what is to be drained is known; with false when it is not, and will not be. */
  readonly recovered: Promise<boolean>;
  readonly resends: Resends;
  readonly world: World;
}

export interface DrainAnswer {
  readonly linesLeft: number;
  readonly lastError?: AgentStatus["lastError"];
}

/** What is asked; whoever answers looks at each part. */
export type ControlRequest = Readonly<Record<string, unknown>>;

interface Asker {
  readonly tell: (progress: object) => void;
  /** The connection is closed. */
  readonly signal: AbortSignal;
}

export const controlSocket = (dataDir: string): string => join(dataDir, "control.sock");

const lookMs = 100;
const maxRequestBytes = 64 * 1024;

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
    const gone = new AbortController();
    const closed = (): void => {
      this.open.delete(socket);
      gone.abort();
    };
    this.open.add(socket.on("error", () => socket.destroy()).on("close", closed));
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (text.length > maxRequestBytes) socket.destroy();
    });
    const tell = (progress: object): void => void socket.write(`${JSON.stringify({ progress })}\n`);
    socket.on("end", () => {
      void this.answer(text, { tell, signal: gone.signal }).then((answer) => socket.end(`${JSON.stringify(answer)}\n`));
    });
  }

  private async answer(text: string, asker: Asker): Promise<object> {
    let request: ControlRequest;
    try {
      request = (JSON.parse(text) as ControlRequest | null) ?? {};
    } catch {
      return { error: "the request is not JSON" };
    }
    const { command, seconds } = request;
    const ms = typeof seconds === "number" ? seconds * 1000 : 60_000;
    try {
      if (command === "drain") return await this.drain(ms);
      if (command === "resend") return await resendAnswer(this.options.resends, request, { ...asker, patienceMs: ms });
      if (command === "remove") return removeAnswer(this.options.resends, request);
    } catch (error) {
      return { error: (error as Error).message };
    }
    return { error: `no such command: ${JSON.stringify(command)}; there are drain, resend and remove` };
  }

  private async drain(ms: number): Promise<DrainAnswer> {
    const { status, recovered, world } = this.options;
    const end = world.now().getTime() + ms;
    const isKnown = await Promise.race([recovered, world.sleep(ms, this.over.signal).then(() => false)]);
    if (!isKnown) throw new Error(`the agent is ${stateOf(status())}; ask again in a while`);
    const drain = new Drain(status().queues);
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
