/**
 * One file of a shard: a header that tells under which index its logs came, then a record for each log group as it came.
 * A record: magic, size, CRC-32 of all that follows, number within the segment, receive time, order (double), bytes.
 * A write that a kill tore is cut off when the file is read again; a record damaged later is passed over and reported.
 */
import { existsSync, fstatSync, ftruncateSync, readSync, rmSync, writevSync } from "node:fs";
import { crc32 } from "node:zlib";
import type { IndexBody } from "../../sls/model/log-index";
import { NumberList } from "./number-list";
import type { OpenFiles } from "./open-files";

/** A log group as PullLogs gives it. */
export interface StoredGroup {
  /** Encoded, not compressed. */
  readonly bytes: Buffer;
  /** Unix seconds. */
  readonly receiveTime: number;
}

export interface Damage {
  readonly file: string;
  /** Bytes in the file that could not be read. */
  readonly from: number;
  readonly to: number;
}

/** Where a segment ends: a search rebuilds its index in a quarter of a second at the worst. */
export const maxSegmentBytes = 16 * 1024 * 1024;

const fileMagic = Buffer.from("SLSSEG1\n");
const recordMagic = 0x4747_4c53;
const headerSize = 28;

export class Segment {
  /** How many groups it holds, the damaged ones too. */
  count = 0;
  private size = 0;
  private loaded = false;
  private indexBody: IndexBody | undefined;
  private readonly starts = NumberList.u32();
  private readonly sizes = NumberList.u32();
  private readonly receiveTimes = NumberList.u32();
  private readonly orders = NumberList.f64();

  private constructor(
    private readonly files: OpenFiles,
    readonly path: string,
    /** Number of its first group in the shard. */
    readonly first: number,
    private readonly report: (damage: Damage) => void,
  ) {}

  static create(
    files: OpenFiles,
    path: string,
    first: number,
    index: IndexBody | undefined,
    report: (damage: Damage) => void,
  ): Segment {
    const segment = new Segment(files, path, first, report);
    segment.indexBody = index;
    segment.loaded = true;
    const text = Buffer.from(JSON.stringify({ index }));
    const head = Buffer.alloc(fileMagic.length + 4);
    fileMagic.copy(head);
    head.writeUInt32LE(text.length, fileMagic.length);
    segment.write([head, text]);
    return segment;
  }

  /** One that lies on disk. `count`: its groups, where they are known without reading it. */
  static open(
    files: OpenFiles,
    path: string,
    first: number,
    count: number | undefined,
    report: (damage: Damage) => void,
  ): Segment {
    const segment = new Segment(files, path, first, report);
    if (count === undefined) segment.load(true);
    else segment.count = count;
    return segment;
  }

  /** Number in the shard of the group after its last. */
  get end(): number {
    return this.first + this.count;
  }

  /** Bytes on disk. */
  get bytes(): number {
    this.load();
    return this.size;
  }

  /** The index under which its logs came; undefined: they can't be searched. */
  get index(): IndexBody | undefined {
    this.load();
    return this.indexBody;
  }

  get indexFile(): string {
    return `${this.path}.idx`;
  }

  append(bytes: Buffer, receiveTime: number, order: number): void {
    this.load();
    const head = Buffer.allocUnsafe(headerSize);
    head.writeUInt32LE(recordMagic, 0);
    head.writeUInt32LE(bytes.length, 4);
    head.writeUInt32LE(this.count, 12);
    head.writeUInt32LE(receiveTime, 16);
    head.writeDoubleLE(order, 20);
    head.writeUInt32LE(crc32(bytes, crc32(head.subarray(12))), 8);
    const at = this.size;
    this.write([head, bytes]);
    this.note(this.count, at + headerSize, bytes.length, receiveTime, order);
  }

  /** Undefined where the record is damaged. */
  read(number: number): StoredGroup | undefined {
    this.load();
    const i = number - this.first;
    const start = this.starts.at(i);
    if (start === 0) return undefined;
    return { bytes: this.readBytes(start, this.sizes.at(i)), receiveTime: this.receiveTimes.at(i) };
  }

  /** Unix seconds of arrival; 0 where the record is damaged. */
  receiveTime(number: number): number {
    this.load();
    return this.receiveTimes.at(number - this.first);
  }

  /** Place of its i-th group among all of the logstore. */
  order(i: number): number {
    return this.orders.at(i);
  }

  get lastOrder(): number {
    this.load();
    return this.count > 0 ? this.orders.view().reduce((most, order) => Math.max(most, order)) : -1;
  }

  /** Where the i-th group begins in the file; 0 where it is damaged. */
  start(i: number): number {
    this.load();
    return this.starts.at(i);
  }

  groupSize(i: number): number {
    return this.sizes.at(i);
  }

  readBytes(at: number, size: number): Buffer {
    const bytes = Buffer.allocUnsafe(size);
    readFully(this.files.descriptor(this.path), bytes, at);
    return bytes;
  }

  remove(): void {
    this.files.close(this.path);
    rmSync(this.path, { force: true });
    rmSync(this.indexFile, { force: true });
  }

  private note(i: number, start: number, size: number, receiveTime: number, order: number): void {
    while (this.starts.length < i) {
      for (const list of [this.starts, this.sizes, this.receiveTimes, this.orders]) list.push(0);
    }
    this.starts.push(start);
    this.sizes.push(size);
    this.receiveTimes.push(receiveTime);
    this.orders.push(order);
    this.count = Math.max(this.count, i + 1);
  }

  private write(parts: readonly Buffer[]): void {
    const descriptor = this.files.descriptor(this.path);
    const total = parts.reduce((sum, part) => sum + part.length, 0);
    let rest = parts;
    try {
      for (let done = 0; done < total;) {
        const written = writevSync(descriptor, [...rest], this.size + done);
        done += written;
        rest = without(rest, written);
      }
    } catch (error) {
      // A full disk: what was written of it must not stand before the next record.
      ftruncateSync(descriptor, this.size);
      throw error;
    }
    this.size += total;
  }

  /** Reads the whole file once. `mend`: cut off what does not make a record at its end. */
  private load(mend = false): void {
    if (this.loaded) return;
    this.loaded = true;
    const known = this.count;
    const exists = existsSync(this.path);
    const descriptor = this.files.descriptor(this.path);
    const bytes = Buffer.allocUnsafe(exists ? fstatSync(descriptor).size : 0);
    readFully(descriptor, bytes, 0);
    let at = this.readHead(bytes);
    let good = at;
    while (at < bytes.length) {
      const next = this.readRecord(bytes, at);
      if (next === undefined) {
        at = bytes.indexOf(recordMark, at + 1);
        if (at < 0) break;
        continue;
      }
      if (at > good) this.report({ file: this.path, from: good, to: at });
      good = at = next;
    }
    this.size = bytes.length;
    if (good < bytes.length) {
      if (mend) {
        ftruncateSync(descriptor, good);
        this.size = good;
      } else this.report({ file: this.path, from: good, to: bytes.length });
    }
    if (this.count < known) this.count = known;
    while (this.starts.length < this.count) this.note(this.starts.length, 0, 0, 0, 0);
  }

  /** Returns where the records begin. */
  private readHead(bytes: Buffer): number {
    const start = fileMagic.length + 4;
    try {
      if (!bytes.subarray(0, fileMagic.length).equals(fileMagic))
        throw new Error("it does not begin as a segment does");
      const size = bytes.readUInt32LE(fileMagic.length);
      const head = JSON.parse(bytes.toString("utf8", start, start + size)) as { index?: IndexBody };
      this.indexBody = head.index;
      return start + size;
    } catch {
      // What follows may be good still.
      return Math.min(start, bytes.length);
    }
  }

  /** Returns where the next record begins; undefined when this one is none. */
  private readRecord(bytes: Buffer, at: number): number | undefined {
    if (at + headerSize > bytes.length || bytes.readUInt32LE(at) !== recordMagic) return undefined;
    const size = bytes.readUInt32LE(at + 4);
    const start = at + headerSize;
    if (start + size > bytes.length) return undefined;
    const sum = crc32(bytes.subarray(start, start + size), crc32(bytes.subarray(at + 12, start)));
    const i = bytes.readUInt32LE(at + 12);
    if (sum !== bytes.readUInt32LE(at + 8) || i < this.starts.length) return undefined;
    this.note(i, start, size, bytes.readUInt32LE(at + 16), bytes.readDoubleLE(at + 20));
    return start + size;
  }
}

const recordMark = Buffer.alloc(4);
recordMark.writeUInt32LE(recordMagic);

function readFully(descriptor: number, bytes: Buffer, at: number): void {
  for (let done = 0; done < bytes.length;) {
    const read = readSync(descriptor, bytes, done, bytes.length - done, at + done);
    if (read === 0) throw new Error("the file is shorter than it was");
    done += read;
  }
}

function without(parts: readonly Buffer[], bytes: number): Buffer[] {
  const rest: Buffer[] = [];
  let skip = bytes;
  for (const part of parts) {
    if (skip >= part.length) skip -= part.length;
    else {
      rest.push(part.subarray(skip));
      skip = 0;
    }
  }
  return rest;
}
