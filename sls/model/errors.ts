/** The service's error as a client sees it. `code` is the service's own (`LogStoreNotExist`), or one of ours for the way there. */
export class SlsError extends Error {
  readonly code: string;
  /** HTTP status; 0 when no reply came. */
  readonly httpStatus: number;
  /** `x-log-requestid` of the reply; what support asks for first. */
  readonly requestId: string | undefined;

  constructor(
    code: string,
    message: string,
    options: { httpStatus?: number; requestId?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "SlsError";
    this.code = code;
    this.httpStatus = options.httpStatus ?? 0;
    this.requestId = options.requestId;
  }
}

/** A missing project, logstore, config …: some clients and pages spell the code differently. */
export function isNotExist(error: unknown): error is SlsError {
  return error instanceof SlsError && /NotExists?$/.test(error.code);
}
