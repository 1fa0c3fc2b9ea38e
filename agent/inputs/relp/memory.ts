import { attempt } from "../../buffer/disk";
import type { RecoveredLines, WrittenLines } from "../../buffer/written-lines";
import type { World } from "../../world";
import { RelpRecord, readRecord, type RelpRecordOptions } from "./record";
import { SessionMemory } from "./session-memory";

export interface RelpMemoryOptions {
  /** Where it is kept for the next run; without it a kill doubles what was not answered. */
  readonly record?: RelpRecordOptions | undefined;
  /** Lines that were given up so far. */
  readonly lost: () => number;
  readonly world: World;
}

/** From the end of a session, or from the start of the agent: librelp's clients are back within half a minute. */
const rememberedMs = 10 * 60_000;
const mostEnded = 64;

/**
 * What RELP sessions took and did not answer, so that it is answered and not stored again when it comes again: after a
 * connection that broke, and after a kill of the agent. docs/decisions/0013 tells of what is sure.
 */
export class RelpMemory {
  private readonly sessions = new Set<SessionMemory>();
  readonly record: RelpRecord | undefined;
  /** The end of the process has begun. */
  closed = false;
  /** Until then the file is the last run's. */
  private loaded = false;

  constructor(private readonly options: RelpMemoryOptions) {
    const { record } = options;
    if (record !== undefined) this.record = new RelpRecord(record, () => this.now());
  }

  /** Lines that were given up so far. */
  get lost(): number {
    return this.options.lost();
  }

  now(): number {
    return this.options.world.monotonic();
  }

  /** Reads what the last run has left. Call it once, when the buffer is recovered, before any session. */
  load(recovered: RecoveredLines): void {
    this.loaded = true;
    const { record } = this.options;
    if (record === undefined) return;
    const read = readRecord(record);
    // It counts for this run alone: a lane of which nothing reached the disk may be another one's from now on.
    attempt(() => record.disk.rmSync(record.file, { force: true }));
    const found = read.filter(({ lines }) => lines.every((each) => recovered.holds(each)));
    // What was read back first is sent by now, or was given up: too old, or damaged after all.
    if (found.length === 0 || this.lost > 0) return;
    // An answer promises that the disk has it.
    if (recovered.sync() !== undefined) return;
    for (const { from, marks } of found) {
      const session = new SessionMemory(from, this, marks);
      this.sessions.add(session);
      session.close();
      session.save([]);
    }
  }

  /** `from` tells one client from others, as far as that can be told. */
  session(from: string): SessionMemory {
    const session = new SessionMemory(from, this);
    this.sessions.add(session);
    return session;
  }

  /**
   * All that was taken so far is stored, but for these lines, which are being written just now. Undefined: some of it could not
   * be written.
   */
  writing(lines: readonly WrittenLines[] | undefined): void {
    for (const session of this.sessions) {
      if (lines === undefined) session.unsave();
      else session.save(lines);
    }
  }

  /** The end of a process that has all it took on disk. */
  close(kept: boolean): void {
    this.closed = true;
    if (kept) this.writing([]);
    if (this.loaded) this.record?.close([...this.sessions].some(({ offered }) => offered));
  }

  /** Sessions of that client which may come again. */
  ended(from: string): readonly SessionMemory[] {
    this.forgetOld();
    return [...this.sessions].filter((session) => session.from === from && session.offered && session.marks.telling);
  }

  over(session: SessionMemory): void {
    // What ended last is the likeliest to come again.
    this.sessions.delete(session);
    this.sessions.add(session);
    this.forgetOld();
  }

  forget(session: SessionMemory): void {
    this.sessions.delete(session);
  }

  private forgetOld(): void {
    const since = this.now() - rememberedMs;
    const ended = [...this.sessions].filter(({ endedAt }) => endedAt !== undefined);
    ended.forEach((session, i) => {
      if ((session.endedAt ?? 0) < since || i < ended.length - mostEnded) session.forget();
    });
  }
}
