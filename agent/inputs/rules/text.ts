/**
 * Bytes as text for regular expressions, and back: whatever bytes they are, they come out as they went in. Text in UTF-8 is what
 * it is; each byte that belongs to no character is a lone surrogate, U+DC80 to U+DCFF, which no UTF-8 gives (Python calls
 * this surrogateescape).
 */
import { isUtf8 } from "node:buffer";

const escaped = 0xdc00;
const aloneOnes = /(?<![\ud800-\udbff])[\udc80-\udcff]/;

export function textOfBytes(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (isUtf8(buffer)) return buffer.toString("utf8");
  let text = "";
  let from = 0;
  for (let at = 0; at < buffer.length;) {
    const length = characterBytes(buffer, at);
    if (length > 0) at += length;
    else {
      text += buffer.toString("utf8", from, at) + String.fromCharCode(escaped + (buffer[at] as number));
      from = ++at;
    }
  }
  return text + buffer.toString("utf8", from);
}

export function bytesOfText(text: string): Buffer {
  if (!aloneOnes.test(text)) return Buffer.from(text, "utf8");
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 0xd800 && unit <= 0xdbff && isLow(text.charCodeAt(at + 1))) at++;
    else if (unit >= escaped + 0x80 && unit <= escaped + 0xff) {
      parts.push(Buffer.from(text.slice(from, at), "utf8"), Buffer.from([unit - escaped]));
      from = at + 1;
    }
  }
  return Buffer.concat([...parts, Buffer.from(text.slice(from), "utf8")]);
}

const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

/** Bytes of the character that begins there; 0 where none does. */
function characterBytes(bytes: Buffer, at: number): number {
  const first = bytes[at] as number;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  return at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length)) ? length : 0;
}
