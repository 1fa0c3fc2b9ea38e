/** A set of logs of one segment, by number. */
export class Bits {
  readonly words: Uint32Array;

  constructor(readonly length: number) {
    this.words = new Uint32Array((length + 31) >>> 5);
  }

  add(i: number): void {
    const at = i >>> 5;
    this.words[at] = (this.words[at] as number) | (1 << (i & 31));
  }

  remove(i: number): void {
    const at = i >>> 5;
    this.words[at] = (this.words[at] as number) & ~(1 << (i & 31));
  }

  has(i: number): boolean {
    return (((this.words[i >>> 5] as number) >>> (i & 31)) & 1) === 1;
  }

  and(other: Bits): this {
    const { words } = this;
    for (let i = 0; i < words.length; i++) words[i] = (words[i] as number) & (other.words[i] as number);
    return this;
  }

  or(other: Bits): this {
    const { words } = this;
    for (let i = 0; i < words.length; i++) words[i] = (words[i] as number) | (other.words[i] as number);
    return this;
  }

  not(): this {
    const { words } = this;
    for (let i = 0; i < words.length; i++) words[i] = ~(words[i] as number);
    const rest = this.length & 31;
    const last = words.length - 1;
    if (rest !== 0) words[last] = (words[last] as number) & ((1 << rest) - 1);
    return this;
  }

  /** In the order of numbers. */
  each(found: (i: number) => void): void {
    const { words } = this;
    for (let at = 0; at < words.length; at++) {
      let word = words[at] as number;
      while (word !== 0) {
        const lowest = word & -word;
        found((at << 5) + (31 - Math.clz32(lowest)));
        word ^= lowest;
      }
    }
  }
}
