/** Lines set aside in a folder, a service that answers as told, and what is asked of these lines. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { realDisk, type Disk } from "../../../agent/buffer/disk";
import type { Destination } from "../../../agent/buffer/destination";
import { SendRate } from "../../../agent/sender/send-rate";
import { ServiceClock } from "../../../agent/sender/service-clock";
import { encodeRecord } from "../../../agent/set-aside/record";
import type { ResendCount } from "../../../agent/set-aside/resend";
import { Resends, type ResendEnd } from "../../../agent/set-aside/resends";
import { SetAside } from "../../../agent/set-aside/set-aside";
import type { AgentEvent } from "../../../agent/status/events";
import { SlsError } from "../../../sls/model";
import { encodeLogGroup } from "../../../sls/wire";
import { FakeSink } from "./fake-service";
import { temporaryFolder } from "./folder";
import { ManualWorld, until } from "./world";

export const p = { project: "p", logstore: "l" };
const refused = new SlsError("PostBodyInvalid", "no");

export interface ResendBench {
  readonly path: string;
  readonly world: ManualWorld;
  readonly sink: FakeSink;
  readonly events: AgentEvent[];
  readonly told: ResendCount[];
  readonly rate: SendRate;
  readonly resends: Resends;
  /** As the agent sets lines aside. */
  aside(messages: readonly string[], source?: string, destination?: Destination): void;
  resend(signal?: AbortSignal, patienceMs?: number): Promise<ResendEnd>;
  /** The next one of the same agent, or one after a kill. */
  again(disk?: Disk): ResendBench;
  /** Field `msg` of all lines in a file. */
  left(name?: string): string[];
  files(): string[];
}

export function resendBench({
  path = join(temporaryFolder(), "set-aside"),
  batchBytes = 64 * 1024,
  disk = realDisk,
}: { path?: string; batchBytes?: number; disk?: Disk } = {}): ResendBench {
  mkdirSync(path, { recursive: true });
  const world = new ManualWorld();
  const sink = new FakeSink();
  const events: AgentEvent[] = [];
  const told: ResendCount[] = [];
  const emit = (event: AgentEvent): void => void events.push(event);
  const clock = new ServiceClock(world.now, () => undefined);
  const rate = new SendRate(world.monotonic, world.now);
  const common = { sink, clock, learnTime: () => false, rateOf: () => rate, batchBytes, world, emit };
  const resends = new Resends({ ...common, path, disk });
  onTestFinished(async () => {
    const closed = resends.close();
    // What is under way then has a moment.
    await world.pass(5_000);
    await closed;
  });
  const setAside = new SetAside(path, Infinity);
  const time = Math.floor(world.now().getTime() / 1000);
  return {
    path,
    world,
    sink,
    events,
    told,
    rate,
    resends,
    aside: (messages, source = "10.0.0.1", destination = p) => {
      const logs = messages.map((msg) => ({ time, contents: [["msg", msg]] as const }));
      setAside.add(destination, { topic: "", source }, encodeLogGroup({ logs }), refused, world.now());
    },
    resend: async (signal = new AbortController().signal, patienceMs = 60_000) => {
      const tell = (count: ResendCount): void => void told.push({ ...count });
      const [end] = await resends.resend({ destinations: [p], patienceMs, tell, signal });
      if (end === undefined) throw new Error("nothing was resent");
      return end;
    },
    again: (other = realDisk) => resendBench({ path, batchBytes, disk: other }),
    left: (name = "p.l.jsonl") =>
      readFileSync(join(path, name), "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => (JSON.parse(line) as { contents: { msg: string } }).contents.msg),
    files: () => readdirSync(path).sort(),
  };
}

/** Time passes until a resend that has begun is over. */
export async function passedOver(
  ended: Promise<unknown>,
  { world, sink }: Pick<ResendBench, "world" | "sink">,
): Promise<void> {
  let over = false;
  void ended.finally(() => (over = true));
  await until("it has tried", () => sink.tries.length > 0);
  while (!over) await world.pass(1_000);
}

/** A file of so many lines, as large as they say, without the time that setting each one aside takes. */
export function manyAside(path: string, lines: number, padding: string): void {
  const text = Array.from({ length: lines }, (_, n) =>
    encodeRecord(p, {
      setAsideAt: "2026-11-21T09:00:00.000Z",
      code: "PostBodyInvalid",
      reason: "no",
      face: { topic: "", source: "10.0.0.1" },
      log: { time: 1795251600, contents: [["msg", `${n} ${padding}`]] },
    }),
  );
  writeFileSync(join(path, "p.l.jsonl"), `${text.join("\n")}\n`);
}
