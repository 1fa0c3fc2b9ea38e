import { cronProblem, intervalProblem } from "../sls/model/jobs";

export interface ScheduleOptions {
  /** Seconds after the due time, so that late logs are counted too. @default 0 */
  readonly delay?: number;
  /** Of cron, e.g. `+0800`. @default "+0800" */
  readonly timeZone?: string;
}

/** When a job of Log Service runs. */
export class Schedule {
  /** Again and again, so long after the last time: `5m`, `1h`. */
  static every(interval: string, options: ScheduleOptions = {}): Schedule {
    return new Schedule("FixedRate", interval, options);
  }

  /** Minute, hour, day, month, weekday: `0 8 * * 1`. */
  static cron(expression: string, options: ScheduleOptions = {}): Schedule {
    return new Schedule("Cron", expression, options);
  }

  readonly delay: number;
  readonly timeZone: string | undefined;

  private constructor(
    readonly type: "FixedRate" | "Cron",
    /** The interval, or the expression. */
    readonly value: string,
    options: ScheduleOptions,
  ) {
    this.delay = options.delay ?? 0;
    this.timeZone = options.timeZone ?? (type === "Cron" ? "+0800" : undefined);
  }

  get problem(): string | undefined {
    if (!Number.isInteger(this.delay) || this.delay < 0) {
      return `schedule's delay must be 0 or more whole seconds, got ${this.delay}`;
    }
    return this.type === "Cron" ? cronProblem(this.value) : intervalProblem("schedule", this.value);
  }

  /** As the provider's jobs take it. */
  toAttributes() {
    return {
      type: this.type,
      delay: this.delay,
      ...(this.type === "Cron" ? { cronExpression: this.value } : { interval: this.value }),
      ...(this.timeZone === undefined ? {} : { timeZone: this.timeZone }),
    };
  }
}
