import { timeFormatProblem, timeZoneMinutes, timeZoneProblem } from "../parsers";

export interface TimeFormatOptions {
  /** Time zone of the times in the logs, e.g. `GMT+08:00`. @default - that of the machine on which the agent runs */
  readonly timeZone?: string;
  /** For formats without a year: the year of the logs, or `current`. @default - the format must tell the year */
  readonly year?: number | "current";
}

/**
 * How the time of a log is written. Without one, a log has the time at which the agent read it.
 * The text may go on after the time; a time zone in the text is not read. Source: SLS, "Time formats".
 */
export class TimeFormat {
  /** Directives of strptime, e.g. `%Y-%m-%d %H:%M:%S`, `%d/%b/%Y:%H:%M:%S`, `%s`; `%f` is the fraction of a second. */
  static of(format: string, options: TimeFormatOptions = {}): TimeFormat {
    return new TimeFormat(format, options.timeZone, options.year);
  }

  private constructor(
    readonly format: string,
    readonly timeZone: string | undefined,
    readonly year: number | "current" | undefined,
  ) {}

  /** What is wrong with it; told by the Logtail config that it is given to. */
  get problem(): string | undefined {
    const zone = this.timeZone === undefined ? undefined : timeZoneProblem(this.timeZone);
    if (zone !== undefined) return zone;
    if (typeof this.year === "number" && !(Number.isInteger(this.year) && this.year >= 1970 && this.year <= 9999)) {
      return `year of the time format must be 1970 to 9999 or "current", got ${this.year}`;
    }
    return timeFormatProblem(this.format, this.year !== undefined);
  }

  /** Minutes east of Greenwich; 0 where the machine decides. */
  get offsetMinutes(): number {
    return timeZoneMinutes(this.timeZone ?? "") ?? 0;
  }
}
