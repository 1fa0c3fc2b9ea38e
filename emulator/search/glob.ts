/** Whether `*` (any letters) and `?` (one) make the pattern the whole word. Never slower than pattern times word. */
export function globMatches(pattern: string, word: string): boolean {
  let p = 0;
  let w = 0;
  let star = -1;
  let after = 0;
  while (w < word.length) {
    const letter = pattern[p];
    if (letter === "*") {
      star = p++;
      after = w;
    } else if (letter === "?" || (letter !== undefined && letter === word[w])) {
      p++;
      w++;
    } else if (star >= 0) {
      p = star + 1;
      w = ++after;
    } else return false;
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}
