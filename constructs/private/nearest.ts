/** The allowed word that was probably meant: one that begins the given one, or the one with the fewest letters to change. */
export function nearest<T extends string>(given: string, allowed: readonly T[]): T | undefined {
  const word = given.trim().toLowerCase();
  const prefix = allowed.find((one) => word.length > 1 && (word.startsWith(one) || one.startsWith(word)));
  if (prefix !== undefined) return prefix;
  const [best] = allowed
    .map((one) => ({ one, distance: editDistance(word, one) }))
    .sort((a, b) => a.distance - b.distance);
  return best !== undefined && best.distance <= best.one.length / 2 ? best.one : undefined;
}

/** Levenshtein: insertions, deletions and replacements of one letter. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const [left = 0, above = 0, diagonal = 0] = [next[j], row[j + 1], row[j]];
      next.push(Math.min(left + 1, above + 1, diagonal + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
