import { builtInStreamLogFormats } from "../../../parsers";
import type { Framer } from "../input";
import { LineFramer, type OnLine, type TakeRange } from "./line-framer";
import { NulFramer } from "./nul-framer";
import { OctetFramer, leadingDigits, maxLengthDigits } from "./octet-framer";
import { Pieces } from "./pieces";

export interface StreamFramerOptions {
  readonly maxBytes: number;
  readonly onLine: OnLine;
  /** For lines that end in LF. */
  readonly takeRange?: TakeRange | undefined;
  /** Versions with which a line of a stream format may begin. @default Logtail's own */
  readonly versions?: readonly string[] | undefined;
}

export type Framing = "lf" | "nul" | "octets";

const priority = 0x3c;
const space = 0x20;
const lineFeed = 0x0a;
/** So many bytes tell all that a beginning can tell; what more is needed is the first LF or NUL. */
const tellingBytes = 128;
const builtInVersions = builtInStreamLogFormats.map(({ version }) => version);

/** Cuts one connection's bytes into lines, by the framing that its first bytes tell. */
export class StreamFramer implements Framer {
  private chosen: Framer | undefined;
  /** All that has come ended with the first NUL: what follows tells whether it was the end of a line. */
  private doubtful = false;
  private readonly head = new Pieces();

  constructor(private readonly options: StreamFramerOptions) {}

  push(chunk: Buffer): void {
    const { maxBytes, versions } = this.options;
    if (this.doubtful) return this.pushAfterNul(chunk);
    if (this.chosen !== undefined) return this.chosen.push(chunk);
    if (this.head.length >= tellingBytes && !hasEnd(chunk) && this.head.length + chunk.length <= maxBytes) {
      return this.head.add(chunk);
    }
    this.head.add(chunk);
    const head = this.head.take();
    const framing = framingOf(head, versions) ?? (head.length > maxBytes ? "lf" : undefined);
    if (framing === undefined) return this.head.add(head);
    this.choose(framing).push(head);
    this.doubtful = framing === "nul" && head.at(-1) === 0 && head.indexOf(0) === head.length - 1;
  }

  end(): void {
    const rest = this.head.take();
    if (rest.length > 0) (this.chosen ?? this.choose("lf")).push(rest);
    this.chosen?.end();
  }

  /** The line before the NUL is handed over already: it does not wait for the next one, which may be long in coming. */
  private pushAfterNul(chunk: Buffer): void {
    this.head.add(chunk);
    const next = this.head.take();
    const begins = beginsLine(next, this.options.versions ?? builtInVersions);
    if (begins === undefined) return this.head.add(next);
    this.doubtful = false;
    (begins ? (this.chosen ?? this.choose("nul")) : this.choose("lf")).push(next);
  }

  private choose(framing: Framing): Framer {
    const { maxBytes, onLine, takeRange } = this.options;
    switch (framing) {
      case "lf":
        return (this.chosen = new LineFramer(maxBytes, onLine, takeRange));
      case "nul":
        return (this.chosen = new NulFramer(maxBytes, onLine));
      case "octets":
        return (this.chosen = new OctetFramer(maxBytes, onLine));
      default:
        return framing satisfies never;
    }
  }
}

const hasEnd = (bytes: Buffer): boolean => bytes.includes(lineFeed) || bytes.includes(0);

/**
 * The framing of a connection that begins with these bytes; undefined while it takes more of them to tell.
 * A length, a space and the beginning of a line (`<` or a version): octet counting. Such a line with a NUL before its
 * first LF or right after it, and nothing or such a line again after that: NUL. Everything else: LF.
 */
export function framingOf(head: Buffer, versions: readonly string[] = builtInVersions): Framing | undefined {
  const digits = leadingDigits(head);
  if (digits > 0 && digits <= maxLengthDigits && head[0] !== 0x30) {
    if (digits === head.length) return undefined;
    const counted = head[digits] === space ? beginsLine(head.subarray(digits + 1), versions) : false;
    if (counted !== false) return counted ? "octets" : undefined;
  }
  const line = beginsLine(head, versions);
  if (line === undefined) return undefined;
  if (!line) return "lf";
  const nul = head.indexOf(0);
  const lf = head.indexOf(lineFeed);
  if (nul < 0) return lf < 0 ? undefined : "lf";
  // A template that ends in LF is sent with both.
  if (lf >= 0 && lf < nul - 1) return "lf";
  return nul === head.length - 1 || beginsLine(head.subarray(nul + 1), versions) !== false ? "nul" : "lf";
}

/** Whether a line of a known format begins here; undefined when there are too few bytes to tell. */
function beginsLine(bytes: Buffer, versions: readonly string[]): boolean | undefined {
  if (bytes[0] === priority) return true;
  const text = bytes.toString("latin1", 0, Math.min(bytes.length, 64));
  if (versions.some((version) => text.startsWith(`${version} `))) return true;
  return versions.some((version) => `${version} `.startsWith(text)) ? undefined : false;
}
