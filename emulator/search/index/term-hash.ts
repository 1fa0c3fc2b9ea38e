/** Two 32-bit hashes of a word's bytes: together they stand for the word, for no two of a segment will ever share both. */

export const hashStart1 = 0x811c9dc5 | 0;
export const hashStart2 = 0x9747b28c | 0;

export const hash1 = (hash: number, byte: number): number => Math.imul(hash ^ byte, 0x01000193);
export const hash2 = (hash: number, byte: number): number => {
  const mixed = Math.imul(hash + byte, 0x5bd1e995);
  return mixed ^ (mixed >>> 15);
};

export interface Hash {
  readonly one: number;
  readonly two: number;
}

export function hashOf(bytes: Uint8Array): Hash {
  let one = hashStart1;
  let two = hashStart2;
  for (const byte of bytes) {
    one = hash1(one, byte);
    two = hash2(two, byte);
  }
  return { one, two };
}

/** A word's hash within a scope. */
export const scoped1 = (word: number, scope: number): number => {
  const mixed = Math.imul(word ^ scope, 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
};
export const scoped2 = (word: number, scope: number): number => Math.imul(word + scope, 0xc2b2ae35) | 0;
