/**
 * A RELP client that keeps to librelp's ways, an agent that may be killed, and the disk between them: everything that happens
 * happens by a call, one after the other.
 */
import { join } from "node:path";
import { realDisk } from "../../../agent/buffer/disk";
import type { WrittenLines } from "../../../agent/buffer/written-lines";
import { relpFrame } from "../../../agent/inputs/relp/frame";
import { RelpMemory } from "../../../agent/inputs/relp/memory";
import { RelpSession } from "../../../agent/inputs/relp/session";
import type { SessionMemory } from "../../../agent/inputs/relp/session-memory";
import type { World } from "../../../agent/world";
import { ManualWorld, turn } from "./world";

const open = relpFrame(1, "open", "relp_version=0\nrelp_software=librelp\ncommands=syslog");

/** Sends lines, keeps what was not answered, sends that again first. */
class Client {
  /** Lines that were not sent yet. */
  waiting: string[] = [];
  /** Sent, in their order, by their number in this session. */
  unanswered: { txnr: number; line: string }[] = [];
  private next = 1;
  /** Frames that lie in the socket. */
  wire: string[] = [];

  constructor(private readonly window: number) {}

  connect(): void {
    this.wire = [open];
    this.next = 2;
    for (const each of this.unanswered) this.send(each);
    this.fill();
  }

  fill(): void {
    while (this.unanswered.length < this.window && this.waiting.length > 0) {
      const each = { txnr: 0, line: this.waiting.shift() as string };
      this.unanswered.push(each);
      this.send(each);
    }
  }

  /** Reads an answer. */
  answer(txnr: number): void {
    this.unanswered = this.unanswered.filter((each) => each.txnr !== txnr);
  }

  private send(each: { txnr: number; line: string }): void {
    each.txnr = this.next++;
    this.wire.push(relpFrame(each.txnr, "syslog", `${each.line}\n`));
  }
}

/** Lines in two logstores: accepted -> being written -> written (a kill leaves them) -> promised. */
class Stores {
  private accepted: { lane: number; n: number; line: string }[] = [];
  private underWay: { lane: number; n: number; line: string }[] = [];
  private waiters: (() => void)[] = [];
  private served: (() => void)[] = [];
  private readonly counts = [0, 0];

  constructor(
    private readonly disk: Map<string, string>,
    private readonly firstLane: number,
    private readonly atOnce: boolean,
    private readonly onWriting: (lines: readonly WrittenLines[] | undefined) => void,
  ) {}

  readonly accept = (line: string): void => {
    const at = (this.accepted.length + line.length) % 2;
    this.accepted.push({ lane: this.firstLane + at, n: (this.counts[at] as number)++, line });
  };

  readonly committed = (): Promise<void> => new Promise((resolve) => this.waiters.push(resolve));

  /** The next step of a commit: begin, first lane written, all written, promised. */
  step = 0;
  advance(): void {
    switch (this.step++ % 4) {
      case 0: {
        [this.underWay, this.accepted] = [this.accepted, []];
        [this.served, this.waiters] = [this.waiters, []];
        const lanes = new Set(this.underWay.map(({ lane }) => lane));
        return this.onWriting(
          [...lanes].map((lane) => {
            const numbers = this.underWay.filter((each) => each.lane === lane).map(({ n }) => n);
            return { queue: "p.l", lane, first: numbers[0] as number, lines: numbers.length };
          }),
        );
      }
      case 1:
        return this.write(({ lane }) => this.atOnce || lane === this.firstLane);
      case 2:
        return this.write(() => true);
      default:
        for (const resolve of this.served.splice(0)) resolve();
    }
  }

  /** Whether a commit would serve nobody. */
  get idle(): boolean {
    return this.step % 4 === 0 && this.waiters.length === 0;
  }

  private write(which: (each: { lane: number }) => boolean): void {
    for (const { lane, n, line } of this.underWay.filter(which)) this.disk.set(`${lane}:${n}`, line);
  }
}

export class RelpStory {
  readonly client: Client;
  /** What is stored, by lane and number. */
  readonly disk = new Map<string, string>();
  known = 0;
  private readonly world: World = new ManualWorld();
  private memory!: RelpMemory;
  private buffer!: Stores;
  private session: RelpSession | undefined;
  private sessionMemory: SessionMemory | undefined;
  /** Answers that lie in the socket. */
  private answers: number[] = [];
  private run = 0;

  constructor(
    private readonly folder: string,
    window: number,
    /** Both logstores are written at once: else a kill may find one of them written and the other not. */
    private readonly atOnce = false,
  ) {
    this.client = new Client(window);
    this.start();
  }

  /** A program says this. */
  say(lines: readonly string[]): void {
    this.client.waiting.push(...lines);
    if (this.session !== undefined) this.client.fill();
  }

  connect(): void {
    if (this.session !== undefined) return;
    const { buffer, memory, run } = this;
    const mine = (this.sessionMemory = memory.session("relp 10.0.0.9"));
    const session = (this.session = new RelpSession({
      maxLineBytes: 64,
      onLine: (line) => buffer.accept(line.toString()),
      committed: buffer.committed,
      send: (text) => {
        if (this.session !== session || this.run !== run) return;
        for (const [, txnr] of text.matchAll(/^(\d+) rsp 6 200 OK$/gm)) this.answers.push(Number(txnr));
      },
      software: "test",
      memory: mine,
      onKnown: (lines) => (this.known += lines),
    }));
    this.answers = [];
    this.client.connect();
  }

  /** So many frames arrive. */
  async arrive(frames: number): Promise<void> {
    const { session } = this;
    if (session === undefined) return;
    session.push(Buffer.from(this.client.wire.splice(0, frames).join("")));
    session.answer().catch(() => undefined);
    await turn();
  }

  /** The disk gets on with its work. */
  async work(steps: number): Promise<void> {
    for (let i = 0; i < steps; i++) {
      this.buffer.advance();
      await turn();
    }
  }

  /** The client reads so many answers, and sends what it may then. */
  fetch(answers: number): void {
    for (const txnr of this.answers.splice(0, answers)) this.client.answer(txnr);
    if (this.session !== undefined) this.client.fill();
  }

  /** Nothing came for a while. */
  async quiet(): Promise<void> {
    this.session?.takeHeld();
    await this.arrive(0);
  }

  /** The connection is gone; of the answers in the socket the client gets so many. */
  cut(answers = Infinity): void {
    this.fetch(Math.min(answers, this.answers.length));
    this.sessionMemory?.close();
    this.session = undefined;
    this.answers = [];
  }

  /** kill -9, and the next agent. */
  kill(answers = Infinity): void {
    this.fetch(Math.min(answers, this.answers.length));
    this.session = undefined;
    this.answers = [];
    this.start();
  }

  /** Goes on until the client has nothing left. */
  async end(): Promise<void> {
    for (let round = 0; this.client.unanswered.length + this.client.waiting.length > 0; round++) {
      if (round > 2_000) throw new Error("it never ends");
      this.connect();
      await this.arrive(Infinity);
      if (this.client.wire.length === 0 && this.session?.holds) await this.quiet();
      await this.work(4 - (this.buffer.step % 4));
      if (!this.buffer.idle) await this.work(4);
      this.fetch(Infinity);
    }
  }

  /** How often each line is stored. */
  stored(): Map<string, number> {
    const times = new Map<string, number>();
    for (const line of this.disk.values()) times.set(line, (times.get(line) ?? 0) + 1);
    return times;
  }

  private start(): void {
    this.run++;
    const record = { file: join(this.folder, "relp-unanswered"), bootId: "boot", disk: realDisk };
    const memory = (this.memory = new RelpMemory({ record, lost: () => 0, world: this.world }));
    this.buffer = new Stores(this.disk, 2 * this.run, this.atOnce, (lines) => memory.writing(lines));
    memory.load({
      holds: ({ lane, first, lines }) =>
        Array.from({ length: lines }).every((_, i) => this.disk.has(`${lane}:${first + i}`)),
      sync: () => undefined,
    });
  }
}
