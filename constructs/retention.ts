import { retentionForever } from "../sls/model/log-store";

/** How long a logstore keeps its logs. Source: SLS, CreateLogStore, `ttl`. */
export class Retention {
  /** 1 to 3649 whole days, counted from the arrival of a log; checked by the logstore that it is given to. */
  static days(days: number): Retention {
    return new Retention(days, false);
  }

  /** Logs are never deleted. */
  static forever(): Retention {
    return new Retention(retentionForever, true);
  }

  private constructor(
    /** As the service takes it: 3650 is for ever. */
    readonly inDays: number,
    readonly isForever: boolean,
  ) {}
}
