/**
 * Text that Terraform must take as it is: in its templates `${` and `%{` begin something else, and regular expressions, grok patterns and
 * sample logs may hold them. CDKTF's own tokens stay.
 */
export const literalText = (text: string): string => text.replace(/\$\{(?!TfToken\[)/g, "$$$${").replace(/%\{/g, "%%{");

/** The same for every text in a JSON value, keys too: Terraform reads those of objects as templates as well. */
export function literal<T>(value: T): T {
  if (typeof value === "string") return literalText(value) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => literal(item)) as T;
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [literalText(key), literal(inner as unknown)]),
  ) as T;
}
