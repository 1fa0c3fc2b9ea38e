/**
 * What one line is told from others by: 64 bits of its bytes and its length. Not a checksum of zlib's: one call into it
 * takes as long as the rest of what a line costs here.
 */
export class LineMark {
  /** Of the line last looked at. */
  first = 0;
  second = 0;
  /** A view of the memory in which lines lie: many come in one chunk. */
  private words: DataView = new DataView(new ArrayBuffer(0));

  of(line: Buffer): void {
    const { byteOffset, length } = line;
    if (line.buffer !== this.words.buffer) this.words = new DataView(line.buffer);
    const { words } = this;
    const end = byteOffset + length;
    // As in MurmurHash: a multiplication carries a bit upwards, the shift brings it down again. Two at a time, for neither
    // waits for the other.
    let first = Math.imul(length + 1, 0x85ebca6b);
    let second = length;
    let at = byteOffset;
    for (; at + 8 <= end; at += 8) {
      first = Math.imul(first ^ words.getInt32(at, true), 0x9e3779b1);
      second = Math.imul(second ^ words.getInt32(at + 4, true), 0x85ebca77);
      first ^= first >>> 15;
      second ^= second >>> 13;
    }
    for (; at < end; at++) {
      first = Math.imul(first ^ words.getUint8(at), 0x9e3779b1);
      first ^= first >>> 15;
    }
    this.first = first;
    this.second = Math.imul(second ^ first, 0xc2b2ae3d);
  }
}
