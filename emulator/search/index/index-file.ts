/** A sealed index on disk: magic, size of the head, CRC-32 of all that follows, head (JSON), then the arrays, each on a multiple of 8. */
import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync, writeFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import type { GroupMeta } from "../../store/log-group-bytes";
import { NumberList } from "../../store/number-list";
import { SegmentIndex } from "./segment-index";
import { TermTable } from "./term-table";

const magic = Buffer.from("SLSIDX1\n");

interface Head {
  readonly minTime: number;
  readonly maxTime: number;
  readonly metas: readonly GroupMeta[];
  readonly scopes: readonly string[];
  /** Keys of the columns, which are the last arrays. */
  readonly columns: readonly string[];
  /** Bytes of each array. */
  readonly sizes: readonly number[];
}

const padded = (size: number): number => Math.ceil(size / 8) * 8;
const lists = ["times", "nanos", "starts", "sizes", "groups", "metaOf"] as const;

/** Writes it so that a half written file is never taken for one. */
export function writeIndexFile(path: string, index: SegmentIndex): void {
  const { postings } = index;
  if (postings === undefined) throw new Error("an index is written when it is sealed");
  const terms = index.terms.save();
  const arrays: ArrayBufferView[] = [
    ...lists.map((name) => index[name].view()),
    terms.one,
    terms.two,
    terms.scopeOf,
    terms.textAt,
    terms.texts,
    postings.starts,
    postings.bytes,
    ...index.columns.values(),
  ];
  const head: Head = {
    minTime: index.minTime,
    maxTime: index.maxTime,
    metas: index.metas,
    scopes: terms.scopes,
    columns: [...index.columns.keys()],
    sizes: arrays.map((array) => array.byteLength),
  };
  const text = Buffer.from(JSON.stringify(head));
  const start = padded(16 + text.length);
  const bytes = Buffer.alloc(start + head.sizes.reduce((sum, size) => sum + padded(size), 0));
  magic.copy(bytes);
  bytes.writeUInt32LE(text.length, 8);
  text.copy(bytes, 16);
  let at = start;
  for (const array of arrays) {
    Buffer.from(array.buffer, array.byteOffset, array.byteLength).copy(bytes, at);
    at += padded(array.byteLength);
  }
  bytes.writeUInt32LE(crc32(bytes.subarray(16)), 12);
  writeFileSync(`${path}.new`, bytes, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** Undefined when there is none, or it is not whole: it is then made again from the logs. */
export function readIndexFile(path: string): SegmentIndex | undefined {
  const memory = fileInMemory(path);
  if (memory === undefined) return undefined;
  const bytes = Buffer.from(memory);
  if (bytes.length < 16 || !bytes.subarray(0, 8).equals(magic)) return undefined;
  if (crc32(bytes.subarray(16)) !== bytes.readUInt32LE(12)) return undefined;
  const headEnd = 16 + bytes.readUInt32LE(8);
  const head = JSON.parse(bytes.toString("utf8", 16, headEnd)) as Head;
  let at = padded(headEnd);
  let next = 0;
  const take = (): { at: number; size: number } => {
    const size = head.sizes[next++] as number;
    const from = at;
    at += padded(size);
    return { at: from, size };
  };
  const u32 = (): Uint32Array => {
    const { at: from, size } = take();
    return new Uint32Array(memory, from, size / 4);
  };
  const u8 = (): Uint8Array => {
    const { at: from, size } = take();
    return new Uint8Array(memory, from, size);
  };
  const index = new SegmentIndex();
  for (const name of lists) index[name] = NumberList.of(u32());
  const terms = { scopes: head.scopes, one: u32(), two: u32(), scopeOf: u32(), textAt: u32(), texts: u8() };
  index.terms = TermTable.load(terms);
  index.postings = { starts: u32(), bytes: u8() };
  for (const key of head.columns) {
    const { at: from, size } = take();
    index.columns.set(key, new Float64Array(memory, from, size / 8));
  }
  index.metas = [...head.metas];
  index.minTime = head.minTime;
  index.maxTime = head.maxTime;
  return index;
}

/** From the start of a buffer of its own: arrays of numbers can't begin anywhere. */
function fileInMemory(path: string): ArrayBuffer | undefined {
  if (!existsSync(path)) return undefined;
  const descriptor = openSync(path, "r");
  try {
    const memory = new ArrayBuffer(fstatSync(descriptor).size);
    const bytes = new Uint8Array(memory);
    for (let done = 0; done < bytes.length;) {
      const read = readSync(descriptor, bytes, done, bytes.length - done, done);
      if (read === 0) return undefined;
      done += read;
    }
    return memory;
  } finally {
    closeSync(descriptor);
  }
}
