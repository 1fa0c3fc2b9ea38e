type Numbers = Uint32Array | Float64Array;

/** A typed array that grows. */
export class NumberList<A extends Numbers> {
  length = 0;
  constructor(private data: A) {}

  static u32 = (): NumberList<Uint32Array> => new NumberList(new Uint32Array(16));
  static of = (data: Uint32Array): NumberList<Uint32Array> => {
    const list = new NumberList(data);
    list.length = data.length;
    return list;
  };
  static f64 = (): NumberList<Float64Array> => new NumberList(new Float64Array(16));

  push(value: number): void {
    if (this.length === this.data.length) this.data = grown(this.data, this.length * 2);
    this.data[this.length++] = value;
  }

  at(i: number): number {
    return this.data[i] as number;
  }

  /** What was pushed; a view, good until the next push. */
  view(): A {
    return this.data.subarray(0, this.length) as A;
  }

  get bytes(): number {
    return this.data.byteLength;
  }
}

/** A longer copy, zero behind the old end. */
export function grown<A extends Numbers>(old: A, length: number): A {
  const made = new (old.constructor as new (length: number) => A)(length);
  made.set(old);
  return made;
}
