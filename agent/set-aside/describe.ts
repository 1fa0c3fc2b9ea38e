import type { ResendCount } from "./resend";
import type { ResendEnd } from "./resends";
import type { FoundLine, SetAsideSummary } from "./summary";

const nameOf = ({ project, logstore }: { project: string; logstore: string }): string => `${project}/${logstore}`;

/** What lies set aside for one logstore, for a person. */
export function describeSummary(summary: SetAsideSummary): string {
  const { lines, bytes, damaged, first, last, reasons } = summary;
  const times = first === undefined ? "" : first === last ? `, set aside ${first}` : `, set aside ${first} to ${last}`;
  const rows = [
    `${nameOf(summary)}: ${lines} line(s), ${bytes} bytes${times}`,
    ...reasons.map(
      ({ lines: of, code, message }) => `  ${of} ${message.includes(code) ? message : `${code}: ${message}`}`,
    ),
    ...(damaged > 0 ? [`  ${damaged} cannot be read`] : []),
  ];
  return rows.map((row) => `${row}\n`).join("");
}

/** One line that was set aside, for a person: `time source code field=value …`; times in ISO 8601, values as JSON where they need it. */
export function describeLine({ text, record, problem }: FoundLine): string {
  if (record === undefined) return `(cannot be read: ${problem ?? "unknown"}) ${JSON.stringify(text.slice(0, 200))}`;
  const { log, face, code } = record;
  const fields = log.contents.map(([key, value]) => `${key}=${shown(value)}`);
  return [new Date(log.time * 1000).toISOString(), face.source, code, ...fields].join(" ");
}

const plain = /^[^\s"\p{C}]+$/u;
const shown = (value: string | Uint8Array): string => {
  if (typeof value !== "string") return `base64:${Buffer.from(value).toString("base64")}`;
  return plain.test(value) ? value : JSON.stringify(value);
};

/** How far a resend is. */
export function describeProgress(count: ResendCount): string {
  const { sent, refused, lastError } = count;
  return `${nameOf(count)}: ${sent} sent, ${refused} refused again${lastError === undefined ? "" : `; last error: ${lastError}`}`;
}

/** How the resend of one logstore ended, and what to do next. */
export function describeEnd(end: ResendEnd, damagedFile: string): string {
  const { sent, retimed, refused, damaged, left, why, lastError } = end;
  const name = nameOf(end);
  const rows = [
    `${name}: ${sent} line(s) sent`,
    ...(retimed > 0
      ? [`  ${retimed} of them with the sending time: the service does not take logs of more than 7 days ago`]
      : []),
    ...(refused > 0
      ? [`  ${refused} refused again and set aside with the new reason: ${lastError ?? "see list"}`]
      : []),
    ...(damaged > 0 ? [`  ${damaged} could not be read and are kept in ${damagedFile}`] : []),
    ...(left > 0 || why !== undefined ? [`  ${left} left, set aside as before: ${why ?? "see list"}`] : []),
  ];
  return rows.map((row) => `${row}\n`).join("");
}
