import { LogBuffer, type LogBufferOptions } from "../../../agent/buffer/log-buffer";
import type { Destination } from "../../../agent/buffer/destination";
import type { LogQueue } from "../../../agent/buffer/log-queue";
import { unwritten } from "../../../agent/buffer/segment-write";
import type { AgentEvent } from "../../../agent/status/events";
import type { World } from "../../../agent/world";
import { decodeLogGroup, encodeLogGroup } from "../../../sls/wire";
import { ManualWorld } from "./world";

export const here: Destination = { project: "p", logstore: "l" };
export const there: Destination = { project: "p", logstore: "m" };

export interface BufferBench {
  readonly buffer: LogBuffer;
  readonly events: AgentEvent[];
  readonly pressure: boolean[];
  readonly world: World;
  put(messages: readonly string[], options?: { to?: Destination; source?: string; topic?: string }): void;
  /** Takes and settles up to `blocks` blocks; returns their messages. */
  send(blocks?: number, to?: Destination): Promise<string[]>;
  /** Messages of what is not settled, in the order in which it would be sent. Leaves the queue as it was. */
  left(to?: Destination): Promise<string[]>;
  queue(to?: Destination): LogQueue;
  /** Everything is on disk. */
  written(): Promise<void>;
  /** As a stop of the agent ends. Returns the lines lost. */
  end(): Promise<number>;
}

/** A buffer in a folder, with a clock that stands still unless another world is given. */
export function bufferIn(folder: string, options: Partial<LogBufferOptions> = {}): BufferBench {
  const events: AgentEvent[] = [];
  const pressure: boolean[] = [];
  const world = options.world ?? new ManualWorld();
  const buffer = new LogBuffer({
    folder,
    mode: "disk",
    maxBytes: 1e9,
    memoryBytes: 1e9,
    overflow: "block",
    commitMs: 20,
    fsync: false,
    limits: { bytes: 100_000, lines: 1000 },
    emit: (event) => events.push(event),
    onQueue: () => undefined,
    onPressure: (full) => pressure.push(full),
    ...options,
    world,
  });
  const queue = (to = here): LogQueue => buffer.queue(to);
  return {
    buffer,
    events,
    pressure,
    world,
    queue,
    put(messages, { to = here, source = "10.0.0.1", topic = "" } = {}) {
      const lane = queue(to).lane({ topic, source });
      for (const msg of messages) lane.append(encodeLogGroup({ logs: [{ time: 1, contents: [["msg", msg]] }] }), 1);
    },
    async send(blocks = Infinity, to = here) {
      const sent: string[] = [];
      for (let n = 0; n < blocks; n++) {
        const block = queue(to).take(0);
        if (block === undefined) break;
        await queue(to).load(block);
        sent.push(...messagesOf(block.bytes, block.from, block.to));
        if (!block.settled) queue(to).settle(block, block.lines);
      }
      return sent;
    },
    async left(to = here) {
      const blocks = [...queue(to).unsettled()];
      const texts: string[] = [];
      for (const block of blocks) {
        await queue(to).load(block);
        texts.push(...messagesOf(block.bytes, block.from, block.to));
      }
      return texts;
    },
    async written() {
      await buffer.committed();
      for (const block of queue().unsettled()) if (unwritten(block) > 0) throw new Error("not all is written");
    },
    async end() {
      await buffer.stopWriting();
      const lost = buffer.keep();
      await buffer.close();
      return lost;
    },
  };
}

export function messagesOf(bytes: Buffer | undefined, from: number, to: number): string[] {
  const { logs } = decodeLogGroup(bytes?.subarray(from, to) ?? Buffer.alloc(0));
  return logs.map(({ contents }) => Buffer.from(contents[0]?.[1] ?? "").toString());
}

export const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => String(from + i));
