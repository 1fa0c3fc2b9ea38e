/**
 * Regular expressions of Logtail configs. The service's agent has Perl's syntax (Boost): `.` matches line ends too, and a log
 * must match as a whole. What JavaScript cannot compile (possessive quantifiers, atomic groups, flags inside) is refused, and what
 * it would take for something else without a word.
 */

const posixClasses: Readonly<Record<string, string>> = {
  "[:alpha:]": "a-zA-Z",
  "[:digit:]": "0-9",
  "[:alnum:]": "a-zA-Z0-9",
  "[:space:]": " \\t\\n\\v\\f\\r",
  "[:upper:]": "A-Z",
  "[:lower:]": "a-z",
  "[:punct:]": "!-\\/:-@\\[-`{-~",
  "[:xdigit:]": "0-9a-fA-F",
  "[:blank:]": " \\t",
  "[:cntrl:]": "\\x00-\\x1f\\x7f",
  "[:graph:]": "!-~",
  "[:print:]": " -~",
  "[:word:]": "\\w",
};

/** Perl's letters that JavaScript takes for the letters themselves: outside of `[ ]`. */
const perlLetters: Readonly<Record<string, string>> = { "\\A": "^", "\\z": "$", "\\Z": "(?=\\n?$)", "\\h": "[ \\t]" };

/** An escaped character, a set with its classes, or any other character. */
const token = /\\.|\[\^?\]?(?:\\.|\[:\^?[a-z]+:\]|[^\]\\])*\]|./gs;
const classesIn = /\\.|\[:\^?[a-z]+:\]/gs;

/** White space is ASCII's alone: JavaScript's has the no-break space and others, at which a `\S+` would end too early. */
const perlSpace = " \\t\\n\\v\\f\\r";
const re2Space = " \\t\\n\\f\\r";

/** `dot`: what `.` stands for. */
function inJavaScript(pattern: string, space = perlSpace, dot = "."): string {
  const spaces: Readonly<Record<string, string>> = { "\\s": `[${space}]`, "\\S": `[^${space}]` };
  return pattern.replace(token, (one) => {
    if (one[0] === "\\") return spaces[one] ?? perlLetters[one] ?? one;
    if (one === ".") return dot;
    if (one.length === 1) return one;
    // A bracket that comes first stands for itself.
    const inside = one.slice(1).replace(/^(\^?)\](?=.)/s, "$1\\]");
    return `[${inside.replace(classesIn, (name) => (name === "\\s" ? space : (posixClasses[name] ?? name)))}`;
  });
}

/** A class in a set that is not known, or turned round: JavaScript would take it for its letters. */
function foreignClass(pattern: string): string | undefined {
  for (const [set] of pattern.matchAll(token)) {
    if (set.length === 1 || set[0] === "\\") continue;
    for (const [name] of set.slice(1).matchAll(classesIn)) {
      if (name[0] === "[" && posixClasses[name] === undefined) return name;
    }
  }
  return undefined;
}

/** Letters after a backslash that mean the same in JavaScript; those after `c`, `u` and `x` as far as they tell a character. */
const sharedEscape = /^\\(?:[^A-Za-z]|[dDwWsSbBtnrfv]|c[A-Za-z]|k<|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2})/s;

/** An escape that JavaScript takes for its letter, such as Perl's \Q or \p. */
function foreignEscape(pattern: string): string | undefined {
  for (const { 0: one, index } of pattern.matchAll(token)) {
    if (one[0] === "\\" && one in perlLetters) continue;
    for (const escape of one[0] === "\\" ? [index] : escapesIn(one, index)) {
      if (!sharedEscape.test(pattern.slice(escape, escape + 6))) return pattern.slice(escape, escape + 2);
    }
  }
  return undefined;
}

/** Where the escapes of a set begin. */
function escapesIn(set: string, index: number): number[] {
  return set.length === 1 ? [] : [...set.matchAll(/\\./gs)].map((escape) => index + escape.index);
}

/** What is wrong with a pattern, or undefined. */
export function regexProblem(pattern: string): string | undefined {
  const escape = foreignEscape(pattern);
  if (escape !== undefined) {
    return `${JSON.stringify(pattern)} has ${escape}, which cannot be checked here; write the characters that are meant, or a set of them in [ ]`;
  }
  const unknown = foreignClass(pattern);
  if (unknown !== undefined) {
    const known = Object.keys(posixClasses).join(" ");
    return `${JSON.stringify(pattern)} has the class ${unknown}, which cannot be checked here; there are ${known}, and [^ ] for all others`;
  }
  try {
    new RegExp(inJavaScript(pattern), "s");
    return undefined;
  } catch (error) {
    const reason = (error as Error).message.replace(/^.*\/s?: /s, "");
    return `${JSON.stringify(pattern)} is no regular expression: ${reason}`;
  }
}

/** The pattern as it must match a whole text. Throws where it is none. */
export const wholeRegex = (pattern: string): RegExp => new RegExp(`^(?:${inJavaScript(pattern)})$`, "s");

/** The pattern as it is looked for in a text, by RE2's rules: `.` matches all but LF. Throws where it is none. */
export const searchRegex = (pattern: string, flags = ""): RegExp =>
  new RegExp(inJavaScript(pattern, re2Space, "[^\\n]"), flags);

/** How many groups capture. */
export const groupCount = (pattern: string): number =>
  (new RegExp(`${inJavaScript(pattern)}|`, "s").exec("")?.length ?? 1) - 1;

export interface RegexStop {
  /** As many characters of the text match the pattern's beginning. */
  readonly at: number;
  /** The piece of the pattern that did not match there; undefined where the pattern ends before the text does. */
  readonly piece: string | undefined;
}

/** How far a text that does not match comes. */
export function whereRegexStops(pattern: string, text: string): RegexStop {
  const cuts = [...cutsOf(pattern, 0, pattern.length)];
  for (let i = cuts.length; i >= 0; i--) {
    const cut = i === 0 ? { end: 0, open: 0 } : cuts[i - 1];
    const length = cut === undefined ? undefined : matchedLength(pattern, cut, text);
    if (length !== undefined) return { at: length, piece: cuts[i]?.piece };
  }
  return { at: 0, piece: cuts[0]?.piece };
}

/** The pattern up to `end` may match by itself, once its `open` groups are closed. */
interface Cut {
  readonly end: number;
  readonly open: number;
  /** What the cut ends with. */
  readonly piece: string;
}

function matchedLength(pattern: string, cut: Pick<Cut, "end" | "open">, text: string): number | undefined {
  const beginning = inJavaScript(pattern.slice(0, cut.end));
  try {
    return new RegExp(`^(?:${beginning}${")".repeat(cut.open)})`, "s").exec(text)?.[0].length;
  } catch {
    return undefined; // a back reference to a group that the cut has lost
  }
}

function* cutsOf(pattern: string, start: number, end: number, open = 0): Generator<Cut> {
  const pieces = piecesOf(pattern, start, end);
  if (pieces === undefined) {
    // Alternatives: they match or fail as one.
    if (open === 0) yield { end, open, piece: pattern.slice(start, end) };
    return;
  }
  for (const piece of pieces) {
    if (piece.inner !== undefined) yield* cutsOf(pattern, piece.inner[0], piece.inner[1], open + 1);
    yield { end: piece.end, open, piece: pattern.slice(piece.start, piece.end) };
  }
}

interface Piece {
  readonly start: number;
  readonly end: number;
  /** The inside of a group that is neither repeated nor a look-around. */
  readonly inner?: readonly [start: number, end: number];
}

/** Atoms with their quantifiers; undefined where `|` stands between them. */
function piecesOf(pattern: string, start: number, end: number): Piece[] | undefined {
  const pieces: Piece[] = [];
  for (let i = start; i < end;) {
    if (pattern[i] === "|") return undefined;
    const atomEnd = endOfAtom(pattern, i);
    const quantifier = /^(?:[*+?]|\{\d+(?:,\d*)?\})\??/.exec(pattern.slice(atomEnd, end))?.[0] ?? "";
    const inside = pattern[i] === "(" && quantifier === "" ? insideOfGroup(pattern, i, atomEnd) : undefined;
    const piece = { start: i, end: atomEnd + quantifier.length };
    pieces.push(inside === undefined ? piece : { ...piece, inner: inside });
    i = piece.end;
  }
  return pieces;
}

function insideOfGroup(pattern: string, start: number, end: number): readonly [number, number] | undefined {
  const opening = /^\((?:\?:|\?<[A-Za-z_]\w*>)?(?!\?)/.exec(pattern.slice(start, end))?.[0];
  return opening === undefined ? undefined : [start + opening.length, end - 1];
}

function endOfAtom(pattern: string, start: number): number {
  const rest = pattern.slice(start);
  if (rest[0] === "\\") return start + (/^\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)/s.exec(rest)?.[0].length ?? 1);
  if (rest[0] === "[") return start + (/^\[\^?(?:\\.|\[:[a-z]+:\]|[^\]\\])*\]/s.exec(rest)?.[0].length ?? rest.length);
  if (rest[0] !== "(") return start + 1;
  let i = start + 1;
  while (i < pattern.length && pattern[i] !== ")") i = endOfAtom(pattern, i);
  return i + 1;
}
