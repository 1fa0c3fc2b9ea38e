import { grown } from "../../store/number-list";
import { scoped1, scoped2, type Hash } from "./term-hash";

/** Of a longer word only this much can be matched by a pattern with `*`. */
const maxKeptText = 1024;

/** The words of a segment, each in a scope (a field, or the full text), numbered from 0 as they come. */
export class TermTable {
  count = 0;
  readonly scopes: string[] = [];
  private readonly scopeNumbers = new Map<string, number>();
  private slots: Uint32Array;
  private one: Uint32Array;
  private two: Uint32Array;
  private scopeOf: Uint32Array;
  private textAt: Uint32Array;
  private texts: Buffer;
  private textsEnd = 0;

  constructor(size = 256) {
    this.slots = new Uint32Array(size * 2);
    this.one = new Uint32Array(size);
    this.two = new Uint32Array(size);
    this.scopeOf = new Uint32Array(size);
    this.textAt = new Uint32Array(size + 1);
    this.texts = Buffer.allocUnsafe(size * 8);
  }

  scope(name: string): number {
    const known = this.scopeNumbers.get(name);
    if (known !== undefined) return known;
    this.scopeNumbers.set(name, this.scopes.length);
    return this.scopes.push(name) - 1;
  }

  knownScope(name: string): number | undefined {
    return this.scopeNumbers.get(name);
  }

  /** Number of a word, or -1. The hashes are those within the scope. */
  find(one: number, two: number): number {
    const mask = this.slots.length - 1;
    for (let slot = one & mask; ; slot = (slot + 1) & mask) {
      const term = (this.slots[slot] as number) - 1;
      if (term < 0) return -1;
      if (this.one[term] === one >>> 0 && this.two[term] === two >>> 0) return term;
    }
  }

  /** Adds a word that `find` did not find. */
  add(one: number, two: number, scope: number, bytes: Uint8Array, from: number, to: number, fold: Int16Array): number {
    const term = this.count;
    if (term === this.one.length) this.grow();
    const length = Math.min(to - from, maxKeptText);
    if (this.textsEnd + length > this.texts.length) {
      const more = Buffer.allocUnsafe(Math.max(this.texts.length * 2, this.textsEnd + length));
      this.texts.copy(more, 0, 0, this.textsEnd);
      this.texts = more;
    }
    for (let i = 0; i < length; i++) {
      const byte = bytes[from + i] as number;
      const folded = fold[byte] as number;
      this.texts[this.textsEnd++] = folded < 0 ? byte : folded;
    }
    this.one[term] = one;
    this.two[term] = two;
    this.scopeOf[term] = scope;
    this.textAt[term + 1] = this.textsEnd;
    this.count++;
    this.place(term);
    return term;
  }

  /** Words of a scope that begin with these bytes. */
  eachBeginning(scope: number, start: Uint8Array, found: (term: number, text: string) => void): void {
    const { texts, textAt } = this;
    outer: for (let term = 0; term < this.count; term++) {
      if (this.scopeOf[term] !== scope) continue;
      const at = textAt[term] as number;
      if ((textAt[term + 1] as number) - at < start.length) continue;
      for (let i = 0; i < start.length; i++) if (texts[at + i] !== start[i]) continue outer;
      found(term, texts.toString("utf8", at, textAt[term + 1]));
    }
  }

  get bytes(): number {
    return this.slots.byteLength + this.one.byteLength * 4 + this.texts.length;
  }

  /** Drops the room kept for more. */
  save(): SavedTerms {
    const { count } = this;
    return {
      scopes: this.scopes,
      one: this.one.slice(0, count),
      two: this.two.slice(0, count),
      scopeOf: this.scopeOf.slice(0, count),
      textAt: this.textAt.slice(0, count + 1),
      texts: this.texts.subarray(0, this.textsEnd),
    };
  }

  static load(saved: SavedTerms): TermTable {
    const table = new TermTable(1);
    for (const name of saved.scopes) table.scope(name);
    table.count = saved.one.length;
    table.one = saved.one;
    table.two = saved.two;
    table.scopeOf = saved.scopeOf;
    table.textAt = saved.textAt;
    table.texts = Buffer.from(saved.texts.buffer, saved.texts.byteOffset, saved.texts.byteLength);
    table.textsEnd = saved.texts.length;
    table.fillSlots();
    return table;
  }

  private grow(): void {
    const size = this.one.length * 2;
    this.one = grown(this.one, size);
    this.two = grown(this.two, size);
    this.scopeOf = grown(this.scopeOf, size);
    this.textAt = grown(this.textAt, size + 1);
    this.fillSlots();
  }

  private fillSlots(): void {
    let size = 512;
    while (size < this.one.length * 2) size *= 2;
    this.slots = new Uint32Array(size);
    for (let term = 0; term < this.count; term++) this.place(term);
  }

  private place(term: number): void {
    const mask = this.slots.length - 1;
    let slot = (this.one[term] as number) & mask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
    this.slots[slot] = term + 1;
  }
}

export interface SavedTerms {
  readonly scopes: readonly string[];
  readonly one: Uint32Array;
  readonly two: Uint32Array;
  readonly scopeOf: Uint32Array;
  readonly textAt: Uint32Array;
  readonly texts: Uint8Array;
}

/** Hash of a word within a scope. */
export const inScope = (word: Hash, scope: Hash): Hash => ({
  one: scoped1(word.one, scope.one),
  two: scoped2(word.two, scope.two),
});
