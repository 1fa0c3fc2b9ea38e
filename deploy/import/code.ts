/** Pieces of TypeScript. */

/** A value as source text: keys bare where they can be, on one line where it is short. */
export function literal(value: unknown, indent = ""): string {
  if (Array.isArray(value))
    return block(
      "[",
      "]",
      value.map((one) => literal(one, `${indent}  `)),
      indent,
    );
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).filter(([, one]) => one !== undefined);
    const pairs = members.map(
      ([key, one]) => `${keyText(key)}: ${one instanceof Code ? one.text : literal(one, `${indent}  `)}`,
    );
    return block("{", "}", pairs, indent);
  }
  return JSON.stringify(value);
}

/** Source text within a literal, such as the name of a constant. */
export class Code {
  constructor(readonly text: string) {}
}

const keyText = (key: string): string => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key));

function block(open: string, close: string, parts: readonly string[], indent: string): string {
  if (parts.length === 0) return `${open}${close}`;
  const pad = open === "{" ? " " : "";
  const short = `${open}${pad}${parts.join(", ")}${pad}${close}`;
  if (short.length + indent.length <= 100 && !short.includes("\n")) return short;
  return `${open}\n${parts.map((part) => `${indent}  ${part},\n`).join("")}${indent}${close}`;
}

/** What the written file declares itself. */
const ofTheFile = "app stack project imported resource asFound";
/** Of a CommonJS module. */
const ofTheModule = "exports require module process console arguments eval undefined";
const keywords =
  "await break case catch class const continue debugger default delete do else enum export extends false finally for function if implements " +
  "import in instanceof interface let new null package private protected public return static super switch this throw true try typeof var " +
  "void while with yield";
const reserved = new Set(`${ofTheFile} ${ofTheModule} ${keywords}`.split(" "));

/** Names of constants: `sample-app-log-store` -> `sampleAppLogStore`; each once. */
export class Identifiers {
  private readonly taken = new Set<string>();

  of(name: string, what: string): string {
    const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
    const camel = words.map((word, i) => (i === 0 ? word : `${word[0]?.toUpperCase()}${word.slice(1)}`)).join("");
    const base = /^[A-Za-z]/.test(camel) && !reserved.has(camel) ? camel : `${what}${camel}`;
    for (let n = 1; ; n++) {
      const candidate = n === 1 ? base : n === 2 ? `${base}${what[0]?.toUpperCase()}${what.slice(1)}` : `${base}${n}`;
      if (this.taken.has(candidate)) continue;
      this.taken.add(candidate);
      return candidate;
    }
  }
}
