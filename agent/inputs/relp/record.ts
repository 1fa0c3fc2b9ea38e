/**
 * The file that tells an agent after a kill which RELP lines the one before it had stored and not answered. It need not
 * survive more than the process: nothing is synced, and what was written before the machine last started counts for nothing.
 *
 * First a line of text in 4096 bytes: `SLSRELP1`, a space, the kernel's boot id, LF. Then slots of 96 KiB, one a session:
 * u32 frames that may have been answered (all: the slot is free), u32 CRC-32 of all that follows, u32 length of that,
 * u32 length of the JSON, JSON (`from`: whose session; `lines`: what the buffer must hold for it to be true), for each frame
 * the two words of its mark. Numbers are little-endian.
 */
import * as fs from "node:fs";
import { crc32 } from "node:zlib";
import { attempt, writeAllSync, type Disk } from "../../buffer/disk";
import type { WrittenLines } from "../../buffer/written-lines";
import { RelpMarks } from "./marks";

const headBytes = 4096;
const slotBytes = 96 * 1024;
const crcAt = 4;
const sizeAt = 8;
const payloadAt = 12;
const marksAt = 16;
const mostSlots = 1024;
const free = 0xffff_ffff;
/** A write that takes longer holds up everything else: then the file is done without for a while. */
const slowMs = 250;
const withoutMs = 60_000;

export interface RelpRecordOptions {
  readonly file: string;
  /** Tells one start of the machine from another. */
  readonly bootId: string;
  readonly disk: Disk;
}

/** A session in the file. */
export interface RecordedSession {
  readonly from: string;
  readonly marks: RelpMarks;
  readonly lines: readonly WrittenLines[];
}

const headLine = (bootId: string): string => `SLSRELP1 ${bootId}\n`;

/** The sessions of a file that had frames without an answer; none when it is damaged or of another start of the machine. */
export function readRecord({ file, bootId }: RelpRecordOptions): readonly RecordedSession[] {
  let bytes: Buffer;
  try {
    bytes = fs.readFileSync(file);
  } catch {
    return [];
  }
  if (!bytes.toString("latin1", 0, headBytes).startsWith(headLine(bootId))) return [];
  const found: RecordedSession[] = [];
  for (let at = headBytes; at + marksAt <= bytes.length; at += slotBytes) {
    const session = decodeSlot(bytes.subarray(at, at + slotBytes));
    if (session?.marks.usable) found.push(session);
  }
  return found;
}

function decodeSlot(slot: Buffer): RecordedSession | undefined {
  const answered = slot.readUInt32LE(0);
  const end = payloadAt + slot.readUInt32LE(sizeAt);
  if (answered === free || end < marksAt || end > slot.length) return undefined;
  if (crc32(slot.subarray(sizeAt, end)) !== slot.readUInt32LE(crcAt)) return undefined;
  const wordsAt = marksAt + slot.readUInt32LE(payloadAt);
  if (wordsAt > end) return undefined;
  const words = Int32Array.from({ length: (end - wordsAt) / 4 }, (_, i) => slot.readInt32LE(wordsAt + 4 * i));
  const { from, lines } = JSON.parse(slot.toString("utf8", marksAt, wordsAt)) as Omit<RecordedSession, "marks">;
  return { from, lines, marks: RelpMarks.from(words, answered) };
}

/** Writes such a file. What it cannot write it does not have: then lines come twice, nothing else. */
export class RelpRecord {
  private handle: number | undefined;
  private broken = false;
  /** Nothing is written before then. */
  private nextAt = -Infinity;
  private slots = 0;
  private readonly freeSlots: number[] = [];
  private readonly slot = Buffer.alloc(slotBytes);
  private readonly word = Buffer.alloc(4);

  constructor(
    private readonly options: RelpRecordOptions,
    /** Milliseconds that never jump. */
    private readonly monotonic: () => number,
  ) {}

  /** A place for a session; undefined when there is none. */
  take(): number | undefined {
    return this.freeSlots.pop() ?? (this.slots < mostSlots ? this.slots++ : undefined);
  }

  /** Nothing of the session counts any more, and its place is another's. */
  free(slot: number): void {
    this.answered(slot, free);
    this.freeSlots.push(slot);
  }

  /** Returns whether the session is in the file now; when not, nothing of it is. */
  save(slot: number, { from, marks, lines }: RecordedSession): boolean {
    const json = Buffer.from(JSON.stringify({ from, lines }));
    const words = marks.image();
    const wordsAt = marksAt + json.length;
    const end = wordsAt + words.byteLength;
    const out = this.slot;
    if (end > out.length || words.length === 0) {
      this.answered(slot, free);
      return false;
    }
    out.writeUInt32LE(marks.answered - marks.imageFrom, 0);
    out.writeUInt32LE(end - payloadAt, sizeAt);
    out.writeUInt32LE(json.length, payloadAt);
    json.copy(out, marksAt);
    Buffer.from(words.buffer, words.byteOffset, words.byteLength).copy(out, wordsAt);
    out.writeUInt32LE(crc32(out.subarray(sizeAt, end)), crcAt);
    return this.write(out.subarray(0, end), slot);
  }

  /** So many of the slot's frames may have been answered. */
  answered(slot: number, frames: number): void {
    if (this.handle === undefined) return;
    this.word.writeUInt32LE(frames);
    this.write(this.word, slot);
  }

  /** Lets the file go; deletes it when it is not `kept`. */
  close(kept: boolean): void {
    this.broken = true;
    this.letGo(kept);
  }

  private letGo(kept: boolean): void {
    const { disk, file } = this.options;
    if (this.handle !== undefined) fs.closeSync(this.handle);
    this.handle = undefined;
    if (!kept) attempt(() => disk.rmSync(file, { force: true }));
  }

  private write(bytes: Buffer, slot: number): boolean {
    const begun = this.monotonic();
    if (this.broken || begun < this.nextAt) return false;
    const problem = attempt(() =>
      writeAllSync(this.options.disk, (this.handle ??= this.open()), [bytes], headBytes + slot * slotBytes),
    );
    // What it says may be wrong now.
    if (problem !== undefined) this.close(false);
    else if (this.monotonic() - begun > slowMs) {
      this.letGo(false);
      this.nextAt = this.monotonic() + withoutMs;
      return false;
    }
    return problem === undefined;
  }

  private open(): number {
    const { disk, file, bootId } = this.options;
    const handle = disk.openSync(file, "w", 0o600);
    writeAllSync(disk, handle, [Buffer.from(headLine(bootId))], 0);
    return handle;
  }
}
