import { ServiceError } from "../sls/service-error";

export type Token =
  | { readonly kind: "word"; readonly text: string }
  /** In quotes; `phrase` with # in front. */
  | { readonly kind: "quoted" | "phrase"; readonly text: string }
  | { readonly kind: "sign"; readonly text: "(" | ")" | "[" | "]" | ":" | "=" | ">" | ">=" | "<" | "<=" };

export const invalidQuery = (why: string): ServiceError =>
  new ServiceError(400, "ParameterInvalid", `syntax error in query: ${why}`);

const signs = ["(", ")", "[", "]", ":", "=", ">=", ">", "<=", "<"] as const;
/** Keys that hold a colon of their own. */
const tagKey = /^__tag__:[^\s:=<>()"]+(?=\s*[:=])/;
const word = /^[^\s()[\]:=<>"]+/;

export function tokensOf(query: string): Token[] {
  const tokens: Token[] = [];
  for (let rest = query.trimStart(); rest !== ""; rest = rest.trimStart()) {
    const quoted = /^(#?)"((?:[^"\\]|\\.)*)"/s.exec(rest);
    if (quoted) {
      const text = (quoted[2] ?? "").replace(/\\(.)/gs, "$1");
      tokens.push({ kind: quoted[1] ? "phrase" : "quoted", text });
      rest = rest.slice(quoted[0].length);
      continue;
    }
    const sign = signs.find((one) => rest.startsWith(one));
    const found = sign ? undefined : (tagKey.exec(rest) ?? word.exec(rest))?.[0];
    if (sign) tokens.push({ kind: "sign", text: sign });
    else if (found) tokens.push({ kind: "word", text: found });
    else throw invalidQuery(`a quote is not closed near ${JSON.stringify(rest.slice(0, 20))}`);
    rest = rest.slice((sign ?? found ?? " ").length);
  }
  return tokens;
}
