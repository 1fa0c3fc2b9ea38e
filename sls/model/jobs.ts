/** Names and times of the jobs of Log Service: alerts, exports, scheduled SQL; and of dashboards. Source: SLS API reference. */

/** 2 to 64 lower-case letters, digits, `-`, `_`; unique among the jobs of a project. Returns what is wrong, or undefined. */
export function jobNameProblem(name: string): string | undefined {
  if (/^[a-z0-9][a-z0-9_-]{0,62}[a-z0-9]$/.test(name)) return undefined;
  return `job name must be 2 to 64 lower-case letters, digits, hyphens and underscores, beginning and ending with a letter or digit, got ${JSON.stringify(name)}`;
}

const lowerCase = "lower-case letters, digits, hyphens and underscores, beginning and ending with a letter or digit";

/** 2 to 128 lower-case letters, digits, `-`, `_`. Returns what is wrong, or undefined. */
export function dashboardNameProblem(name: string): string | undefined {
  if (/^[a-z0-9][a-z0-9_-]{0,126}[a-z0-9]$/.test(name)) return undefined;
  return `dashboard name must be 2 to 128 ${lowerCase}, got ${JSON.stringify(name)}`;
}

/** A chart's `title`, which is its id in the dashboard: 2 to 100 lower-case letters, digits, `-`, `_`. Returns what is wrong, or undefined. */
export function chartNameProblem(name: string): string | undefined {
  if (/^[a-z0-9][a-z0-9_-]{0,98}[a-z0-9]$/.test(name)) return undefined;
  return `chart name must be 2 to 100 ${lowerCase}, got ${JSON.stringify(name)}`;
}

/** `30s`, `5m`, `1h`, `1d`. Returns what is wrong, or undefined. */
export function intervalProblem(what: string, interval: string): string | undefined {
  if (/^[1-9]\d{0,4}[smhd]$/.test(interval)) return undefined;
  return `${what} must be a number and s, m, h or d, such as "5m", got ${JSON.stringify(interval)}`;
}

/** A window's end: `now`, or so long before it, `-15m`; `@m` cuts to the whole minute. Returns what is wrong, or undefined. */
export function relativeTimeProblem(what: string, time: string): string | undefined {
  if (/^(?:now|-[1-9]\d{0,5}[smhd])$/.test(time)) return undefined;
  return `${what} must be "now" or a time before it such as "-15m", got ${JSON.stringify(time)}`;
}

/** Five fields: minute, hour, day, month, weekday. Returns what is wrong, or undefined. */
export function cronProblem(cron: string): string | undefined {
  if (/^[\d*,/-]+(?: [\d*,/?LW#A-Za-z-]+){4}$/.test(cron)) return undefined;
  return `cron must have five fields (minute hour day month weekday), such as "0 8 * * 1", got ${JSON.stringify(cron)}`;
}

/** `acs:ram::<account>:role/<name>`. Returns what is wrong, or undefined. */
export function roleArnProblem(arn: string): string | undefined {
  if (/^acs:ram::\d+:role\/[A-Za-z0-9.-]+$/.test(arn)) return undefined;
  return `role must be an ARN such as "acs:ram::1234567890123456:role/aliyunlogdefaultrole", got ${JSON.stringify(arn)}`;
}
