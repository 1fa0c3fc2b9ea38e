import type { LogtailInputType } from "../sls/model/logtail-config";

export interface SyslogFormatOptions {
  /** The second word of each line; must equal the one in rsyslog's template. @default "sys_tag" */
  readonly tag?: string;
}

/** What the logs look like to the agent. There is a factory for each format; the service's fields for it come out of it. */
export abstract class LogFormat {
  /** Lines of the rsyslog template: `0.1 <tag> <unix time> <address> <hostname> <pri-text> …`. */
  static syslog(options: SyslogFormatOptions = {}): LogFormat {
    return new SyslogFormat(options.tag ?? "sys_tag");
  }

  /** `inputType` of the Logtail config. */
  abstract readonly inputType: LogtailInputType;
  /** `inputDetail` of the Logtail config. Source: SLS, CreateConfig. */
  abstract readonly inputDetail: Readonly<Record<string, unknown>>;
}

class SyslogFormat extends LogFormat {
  readonly inputType = "syslog";
  readonly inputDetail: Readonly<Record<string, unknown>>;

  constructor(readonly tag: string) {
    super();
    // localStorage: the agent keeps lines on disk, up to its limit, while the service cannot be reached.
    this.inputDetail = { tag, localStorage: true };
  }
}
