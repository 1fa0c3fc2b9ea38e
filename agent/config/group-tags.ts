/** Tags of what is sent: the service shows each as the field `__tag__:NAME`. */

export type GroupTag = readonly [key: string, value: string];

const mostTags = 32;
const longestKey = 128;
const longestValue = 1024;

/** What a `NAME=VALUE` of the settings must be; undefined where it is fine. */
export function tagProblem(text: string): string | undefined {
  const { key, value } = split(text);
  const fits =
    value !== undefined && key !== "" && key.length <= longestKey && Buffer.byteLength(value) <= longestValue;
  if (fits && !key.startsWith("__")) return undefined;
  return `NAME=VALUE, a name of 1 to ${longestKey} characters that does not begin with __ and a value of at most ${longestValue} bytes`;
}

/** As many as a record of the buffer has room for. */
export const tagsProblem = (texts: readonly string[]): string | undefined =>
  texts.length > mostTags ? `at most ${mostTags} tags` : undefined;

export const tagsOf = (texts: readonly string[]): readonly GroupTag[] =>
  texts.map((text): GroupTag => {
    const { key, value = "" } = split(text);
    return [key, value];
  });

/** What Logtail tells of the machine where a config has `enableTag`. Source: SLS, "Logtail: tags of logs". */
export const machineTags = (hostname: string, userDefinedIds: readonly string[]): readonly GroupTag[] => [
  ["__hostname__", hostname],
  ...(userDefinedIds.length > 0 ? [["__user_defined_id__", userDefinedIds.join(",")] as const] : []),
];

function split(text: string): { readonly key: string; readonly value?: string } {
  const at = text.indexOf("=");
  return at < 0 ? { key: text } : { key: text.slice(0, at), value: text.slice(at + 1) };
}
