/**
 * Structured data of a line from its bytes, as readStructuredData takes it apart and addStructured names its fields: the keys are
 * put together in one buffer, the values are ranges of the line. What few programs send is not for this path: more than 32
 * parameters, a key of more than 127 bytes.
 */
const space = 0x20;
const quote = 0x22;
const hyphen = 0x2d;
const point = 0x2e;
const zero = 0x30;
const equals = 0x3d;
const atSign = 0x40;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;

const maxParams = 32;
/** Its length is one byte. */
const maxKeyBytes = 0x7f;
/** Of a Content before its value: `0a`, the key's length; the key; `12`. */
const beforeKey = 2;
const afterKey = 1;
/** What is copied four bytes at a time may be copied with up to three that follow. */
const slack = 4;

/** The beginnings of Contents, one after the other. */
export const heads = Buffer.alloc(maxParams * (beforeKey + maxKeyBytes + afterKey) + slack);
export const headFrom = new Int32Array(maxParams + 1);
/** Where the values lie in the line. */
export const valueFrom = new Int32Array(maxParams);
export const valueTo = new Int32Array(maxParams);
/** How many backslashes in a value are not part of it. */
export const escapes = new Int32Array(maxParams);

let count = 0;
/** How many parameters the structured data last read has; an element without any counts as one. */
export const paramCount = (): number => count;

/** Sums of the keys so far, a bit each: most lines have no name twice, and no two keys are compared. */
let sums = 0;

/** Finds the parameters of what begins there, `-` or elements; returns where it ends, -1 when it is not for this path. */
export function readParams(line: Buffer, begin: number, end: number): number {
  count = 0;
  sums = 0;
  if (begin >= end) return -1;
  if (line[begin] === hyphen) return begin + 1;
  let next = begin;
  while (next < end && line[next] === openBracket) {
    next = readElement(line, next + 1, end);
    if (next < 0) return -1;
  }
  return next === begin ? -1 : next;
}

/** From behind the bracket; returns where the line goes on, -1 when it is not for this path. */
function readElement(line: Buffer, begin: number, end: number): number {
  const idEnd = nameEnd(line, begin, end);
  if (idEnd === begin || idEnd === end) return -1;
  // It is a field without a value. The names of a log's own fields have no @.
  if (line[idEnd] === closeBracket && (!has(line, begin, idEnd, atSign) || !addKey(line, begin, idEnd, 0, 0)))
    return -1;
  let next = idEnd;
  while (next < end && line[next] === space) {
    const name = next + 1;
    const equalsAt = nameEnd(line, name, end);
    if (equalsAt === name || line[equalsAt] !== equals || line[equalsAt + 1] !== quote) return -1;
    if (!addKey(line, begin, idEnd, name, equalsAt)) return -1;
    next = readValue(line, equalsAt + 2, end);
    if (next < 0) return -1;
  }
  return next < end && line[next] === closeBracket ? next + 1 : -1;
}

/** Printable ASCII but `=`, `]`, `"` and the space. */
function nameEnd(line: Buffer, begin: number, end: number): number {
  let next = begin;
  for (; next < end; next++) {
    const byte = line[next] as number;
    if (byte <= space || byte >= 0x7f || byte === equals || byte === closeBracket || byte === quote) break;
  }
  return next;
}

function has(line: Buffer, begin: number, end: number, wanted: number): boolean {
  for (let i = begin; i < end; i++) if (line[i] === wanted) return true;
  return false;
}

/** The value of the parameter whose key was added last, to its closing quote; returns where that ends, -1 where it is missing. */
function readValue(line: Buffer, begin: number, end: number): number {
  let skipped = 0;
  for (let next = begin; next < end; next++) {
    const byte = line[next];
    if (byte === quote) {
      valueFrom[count - 1] = begin;
      valueTo[count - 1] = next;
      escapes[count - 1] = skipped;
      return next + 1;
    }
    if (byte === backslash && isEscapable(line[next + 1] as number)) {
      skipped++;
      next++;
    }
  }
  return -1;
}

/** As in parsers/structured-data.ts. */
export const isEscapable = (byte: number): boolean => byte === quote || byte === backslash || byte === closeBracket;

/** Adds `ID.NAME`, or `ID` where the name is empty, with a number where that came before, and no value. False: not for this path. */
function addKey(line: Buffer, idFrom: number, idTo: number, nameFrom: number, nameTo: number): boolean {
  const size = idTo - idFrom + (nameTo > nameFrom ? 1 + nameTo - nameFrom : 0);
  if (count === maxParams || size > maxKeyBytes) return false;
  const begin = headFrom[count] as number;
  const keyFrom = begin + beforeKey;
  let out = keyFrom;
  let sum = 0;
  for (let i = idFrom; i < idTo; i++) sum = put(out++, line[i] as number, sum);
  if (nameTo > nameFrom) sum = put(out++, point, sum);
  for (let i = nameFrom; i < nameTo; i++) sum = put(out++, line[i] as number, sum);
  const plain = sum;
  for (let number = 2; isTaken(keyFrom, out, sum); number++) {
    if (size + 3 > maxKeyBytes) return false;
    out = keyFrom + size;
    sum = put(out++, point, plain);
    if (number > 9) sum = put(out++, zero + Math.floor(number / 10), sum);
    sum = put(out++, zero + (number % 10), sum);
  }
  sums |= bitOf(sum);
  heads[begin] = 0x0a;
  heads[begin + 1] = out - keyFrom;
  heads[out++] = 0x12;
  valueFrom[count] = valueTo[count] = escapes[count] = 0;
  headFrom[++count] = out;
  return true;
}

/** Writes a byte of a key; returns the sum with it. */
function put(where: number, byte: number, sum: number): number {
  heads[where] = byte;
  return (Math.imul(sum, 31) + byte) | 0;
}

const bitOf = (sum: number): number => 1 << (sum ^ (sum >> 7));

/** Whether the key that lies there came before. */
function isTaken(begin: number, end: number, sum: number): boolean {
  if ((sums & bitOf(sum)) === 0) return false;
  for (let i = 0; i < count; i++) {
    const other = (headFrom[i] as number) + beforeKey;
    if ((headFrom[i + 1] as number) - afterKey - other !== end - begin) continue;
    let same = true;
    for (let j = 0; same && j < end - begin; j++) same = heads[other + j] === heads[begin + j];
    if (same) return true;
  }
  return false;
}
