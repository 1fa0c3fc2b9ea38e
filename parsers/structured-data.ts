import type { StructuredElement } from "./syslog-message";

const space = 0x20;
const quote = 0x22;
const backslash = 0x5c;
const open = 0x5b;
const close = 0x5d;
const equals = 0x3d;

/** Of an id or a parameter's name; the RFC allows 32. Each parameter becomes a field that is named by both. */
export const maxNameBytes = 255;
/** Of a line, elements counted as well. */
export const maxParams = 1024;

/** Structured data of a line (RFC 5424, 6.3) from `start`, `-` or elements; undefined when it is neither, or past the limits. */
export function readStructuredData(
  line: Buffer,
  start: number,
): { readonly elements: readonly StructuredElement[]; readonly end: number } | undefined {
  if (line[start] === 0x2d) return { elements: [], end: start + 1 };
  const elements: StructuredElement[] = [];
  let at = start;
  let left = maxParams;
  while (line[at] === open) {
    const element = readElement(line, at + 1, left);
    if (element === undefined) return undefined;
    elements.push(element.element);
    left -= Math.max(1, element.element.params.length);
    at = element.end;
  }
  return elements.length === 0 ? undefined : { elements, end: at };
}

function readElement(
  line: Buffer,
  start: number,
  most: number,
): { element: StructuredElement; end: number } | undefined {
  const id = readName(line, start);
  if (id === undefined || most === 0) return undefined;
  const params: [string, Buffer][] = [];
  let at = id.end;
  while (line[at] === space) {
    const name = readName(line, at + 1);
    if (name === undefined || line[name.end] !== equals || line[name.end + 1] !== quote) return undefined;
    const value = readValue(line, name.end + 2);
    if (value === undefined || params.length === most) return undefined;
    params.push([name.name, value.value]);
    at = value.end;
  }
  return line[at] === close ? { element: { id: id.name, params }, end: at + 1 } : undefined;
}

/** Printable ASCII but `=`, `]`, `"` and the space. */
function readName(line: Buffer, start: number): { name: string; end: number } | undefined {
  let end = start;
  for (let byte = line[end]; byte !== undefined && byte > space && byte < 0x7f; byte = line[++end]) {
    if (byte === equals || byte === close || byte === quote) break;
  }
  return end === start || end - start > maxNameBytes ? undefined : { name: line.toString("latin1", start, end), end };
}

/** Up to the closing quote, which is passed. `\"`, `\\` and `\]` stand for the second of the two; another `\` is itself. */
function readValue(line: Buffer, start: number): { value: Buffer; end: number } | undefined {
  let escaped = false;
  for (let at = start; at < line.length; at++) {
    const byte = line[at];
    if (byte === quote) {
      const raw = line.subarray(start, at);
      return { value: escaped ? unescaped(raw) : raw, end: at + 1 };
    }
    if (byte === backslash && isEscapable(line[at + 1])) {
      escaped = true;
      at++;
    }
  }
  return undefined;
}

const isEscapable = (byte: number | undefined): boolean => byte === quote || byte === backslash || byte === close;

function unescaped(raw: Buffer): Buffer {
  const value = Buffer.alloc(raw.length);
  let length = 0;
  for (let at = 0; at < raw.length; at++) {
    if (raw[at] === backslash && isEscapable(raw[at + 1])) at++;
    value[length++] = raw[at] as number;
  }
  return value.subarray(0, length);
}
