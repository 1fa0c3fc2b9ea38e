/**
 * Logtail configuration as `/configs` takes and returns it, in the service's spelling.
 * Source: SLS API reference, CreateConfig; `inputType: "syslog"` as the Python SDK's SyslogConfigDetail writes it.
 */
import { configNameProblem, logstoreNameProblem } from "./names";

export type LogtailInputType = "syslog" | "streamlog" | "file" | "plugin";

export interface LogtailConfigBody {
  configName: string;
  /** At most 1,000 bytes. */
  logSample?: string;
  inputType: LogtailInputType;
  inputDetail: Readonly<Record<string, unknown>>;
  outputType: "LogService";
  outputDetail: Readonly<Record<string, unknown>> & { logstoreName: string };
}

/** What GetConfig adds. */
export interface FoundLogtailConfig extends LogtailConfigBody {
  /** Unix seconds. */
  createTime?: number;
  /** Unix seconds. */
  lastModifyTime?: number;
}

const inputTypes: readonly string[] = ["syslog", "streamlog", "file", "plugin"];

/** A syslog tag is the second, space-separated field of a stream line. Returns what is wrong, or undefined. */
export function syslogTagProblem(tag: string): string | undefined {
  if (/^[\x21-\x7e]{1,128}$/.test(tag)) return undefined;
  return (
    `syslog tag must be 1 to 128 printable ASCII characters without spaces, got ${JSON.stringify(tag)}; ` +
    `it must equal the second word of the line that rsyslog sends`
  );
}

/** What is wrong with a config, in the order of its fields; empty when it can be sent. */
export function logtailConfigProblems(config: LogtailConfigBody): string[] {
  const problems: (string | undefined)[] = [configNameProblem(config.configName)];
  if (!inputTypes.includes(config.inputType)) {
    problems.push(`inputType must be one of ${inputTypes.join(", ")}, got ${JSON.stringify(config.inputType)}`);
  }
  if (config.inputType === "syslog" || config.inputType === "streamlog") {
    problems.push(syslogTagProblem(String(config.inputDetail["tag"] ?? "")));
  }
  if (config.logSample !== undefined && Buffer.byteLength(config.logSample) > 1000) {
    problems.push(`logSample must be at most 1000 bytes, got ${Buffer.byteLength(config.logSample)}`);
  }
  if (config.outputType !== "LogService") {
    problems.push(`outputType must be "LogService", got ${JSON.stringify(config.outputType)}`);
  }
  problems.push(logstoreNameProblem(config.outputDetail.logstoreName));
  return problems.filter((problem) => problem !== undefined);
}
