/** The `<PRI>` of a syslog line, and its name as rsyslog's `%pri-text%` writes it. */

const facilities =
  "kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp audit alert clock " +
  "local0 local1 local2 local3 local4 local5 local6 local7";
const severities = "emerg alert crit err warning notice info debug";

const texts = facilities
  .split(" ")
  .flatMap((facility) => severities.split(" ").map((severity) => `${facility}.${severity}`));

/** `daemon.info` for 30. */
export const priorityText = (priority: number): string => texts[priority] ?? "invld.invld";

export interface Priority {
  /** 0 to 191: eight times the facility, plus the severity. */
  readonly value: number;
  /** Where the line goes on. */
  readonly end: number;
}

const less = 0x3c;
const greater = 0x3e;

/** Undefined when the line does not begin with one. */
export function readPriority(line: Buffer): Priority | undefined {
  if (line[0] !== less) return undefined;
  let value = 0;
  for (let i = 1; i <= 4; i++) {
    const byte = line[i];
    if (byte === greater && i > 1) return value <= 191 ? { value, end: i + 1 } : undefined;
    if (byte === undefined || byte < 0x30 || byte > 0x39) return undefined;
    value = value * 10 + byte - 0x30;
  }
  return undefined;
}
