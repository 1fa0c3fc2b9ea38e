/** A sender between a queue in memory and a service that answers as told, in a time that passes as told. */
import { onTestFinished } from "vitest";
import type { BatchLimits } from "../../../agent/buffer/block";
import type { LogQueue } from "../../../agent/buffer/log-queue";
import { SendRate } from "../../../agent/sender/send-rate";
import { Sender } from "../../../agent/sender/sender";
import { ServiceClock } from "../../../agent/sender/service-clock";
import { SetAside } from "../../../agent/set-aside/set-aside";
import type { AgentEvent } from "../../../agent/status/events";
import { SlsError } from "../../../sls/model";
import { encodeLogGroup } from "../../../sls/wire";
import { bufferIn, here, type BufferBench } from "./buffer";
import { FakeSink, type Put } from "./fake-service";
import { temporaryFolder } from "./folder";
import { ManualWorld } from "./world";

export const limits = { bytes: 100_000, lines: 8 };
export const lingerMs = 200;

export interface SenderBench {
  readonly world: ManualWorld;
  readonly sink: FakeSink;
  readonly queue: LogQueue;
  readonly buffer: BufferBench;
  readonly clock: ServiceClock;
  readonly sender: Sender;
  readonly rate: SendRate;
  readonly events: AgentEvent[];
  readonly folder: string;
  put(...messages: string[]): void;
  /** A line with another time than now, or of another source. */
  putOne(msg: string, face: { time?: number; source?: string; hashKey?: string }): void;
}

export function senderBench({
  setAsideBytes = 1024 * 1024,
  limits: batch = limits,
  world = new ManualWorld(),
  buffer = bufferIn(temporaryFolder(), { world, mode: "memory", limits: batch }),
  ...options
}: {
  concurrency?: number;
  maxAgeMs?: number;
  setAsideBytes?: number;
  limits?: BatchLimits;
  world?: ManualWorld;
  /** In the same world. @default in memory, so that nothing but the sender sleeps */
  buffer?: BufferBench;
} = {}): SenderBench {
  const sink = new FakeSink();
  const queue = buffer.queue(here);
  const events: AgentEvent[] = [];
  const folder = temporaryFolder();
  const clock = new ServiceClock(world.now, (offsetMs) => events.push({ type: "ClockCorrected", offsetMs }));
  const rate = new SendRate(world.monotonic, world.now);
  const sender = new Sender({
    rate,
    queue,
    sink,
    setAside: new SetAside(folder, setAsideBytes),
    lingerMs,
    concurrency: 1,
    maxAgeMs: 24 * 3600_000,
    ...options,
    clock,
    learnTime: (error) => error.cause instanceof Date && clock.learn(error.cause),
    world,
    emit: (event) => events.push(event),
  });
  onTestFinished(() => sender.abort());
  const putOne: SenderBench["putOne"] = (
    msg,
    { time = Math.floor(world.now().getTime() / 1000), source = "10.0.0.1", hashKey },
  ) => {
    const log = encodeLogGroup({ logs: [{ time, contents: [["msg", msg]] }] });
    queue.lane({ topic: "", source, hashKey }).append(log, time);
  };
  const put = (...messages: string[]): void => messages.forEach((msg) => putOne(msg, {}));
  return { world, sink, queue, buffer, clock, sender, rate, events, folder, put, putOne };
}

export const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));
export const refusal = (code: string, httpStatus = 400, cause?: unknown): SlsError =>
  new SlsError(code, `${code}: no`, { httpStatus, cause });
export const has = (put: Put, text: string): boolean =>
  put.group.logs.some(({ contents }) => contents[0]?.[1] === text);
