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

  get count(): number {
    let count = 0;
    for (const word of this.words) {
      const pairs = word - ((word >>> 1) & 0x55555555);
      const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
      count += Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
    }
    return count;
  }

  /** The numbers in it, in their order: a loop over an array is what runs fastest. */
  numbers(): Uint32Array {
    const { words } = this;
    const found = new Uint32Array(this.count);
    let n = 0;
    for (let at = 0; at < words.length; at++) {
      for (let word = words[at] as number; word !== 0; word &= word - 1) {
        found[n++] = (at << 5) + (31 - Math.clz32(word & -word));
      }
    }
    return found;
  }
}
