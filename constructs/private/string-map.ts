/**
 * Settings as `alicloud_sls_logtail_pipeline_config` takes them: maps of text. The provider turns text back into what it looks like
 * (`convertSlsValue`: true, false, JSON in [ ] or { }, numbers), and compares its own spelling of JSON.
 */

/** Why a setting cannot go through the provider, or undefined. */
export function stringMapProblem(plugin: Readonly<Record<string, unknown>>): string | undefined {
  for (const [name, value] of Object.entries(plugin)) {
    if (typeof value !== "string" || !looksLikeOther(value)) continue;
    return (
      `${name} is the text ${JSON.stringify(value)}, which the Terraform provider would send as another type; ` +
      `write it otherwise, for example "(?:${value})" where it is a regular expression`
    );
  }
  return undefined;
}

export const stringMap = (plugin: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(plugin).map(([name, value]) => [name, spelled(value)]));

function looksLikeOther(text: string): boolean {
  if (text === "true" || text === "false" || (text.trim() === text && text !== "" && !Number.isNaN(Number(text))))
    return true;
  if (!/^\[[^]*\]$|^\{[^]*\}$/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Go's spelling of JSON: keys in order, `<`, `>` and `&` escaped. */
function spelled(value: unknown): string {
  if (typeof value === "string") return value;
  const text = JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
  return text.replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
