import type { StreamLogFormat } from "../../parsers";
import type { Checked } from "./option";

export const streamLogFormatExample = '{"version": "2.1", "fields": ["level", "method"]}';

/** One of Logtail's `streamlog_formats`: versions that begin with `0.` or `1.` are Logtail's own. */
export function checkStreamLogFormat(value: Readonly<Record<string, unknown>>): Checked<StreamLogFormat> {
  const { version, fields, ...others } = value;
  if (typeof version !== "string" || !/^[\x21-\x7e]{1,32}$/.test(version) || version.startsWith("<")) {
    return { mustBe: "version must be a text of 1 to 32 characters without spaces" };
  }
  if (/^[01]\./.test(version)) return { mustBe: `version must not begin with 0. or 1., which are Logtail's own` };
  if (!Array.isArray(fields) || !fields.every((name) => typeof name === "string" && name !== "" && name !== "msg")) {
    return { mustBe: `fields must be an array of names; "msg" comes after them by itself` };
  }
  const names = fields as string[];
  if (new Set(names).size !== names.length) return { mustBe: "fields must differ from each other" };
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) return { mustBe: `key "${unknown}" is not known` };
  return { value: { version, fields: names } };
}
