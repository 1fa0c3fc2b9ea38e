/** A fault on demand: which requests, how often, and what goes wrong with them. Plain data: the same in TypeScript, as JSON and on the command line. */
import { openApiProducts, type Target } from "../gateway/hosts";
import type { FaultPreset } from "./presets";

/** Where a connection is cut. `before-reply`: the request was handled, and its acknowledgement is lost. */
export const cuts = ["before-body", "mid-body", "before-reply", "mid-reply"] as const;
export type Cut = (typeof cuts)[number];

/** What is wrong with a reply that arrives: a load balancer's page, no `x-log-requestid`, or no body at all. */
export const badReplies = ["not-json", "no-request-id", "empty"] as const;
export type BadReply = (typeof badReplies)[number];

export const services = ["sls", ...openApiProducts] as const satisfies readonly Target["service"][];

/** Which requests; all that are given must match, and none given is every request. Upper and lower case are the same. */
export interface FaultMatch {
  /** The API's name as in RAM actions, such as `PostLogStoreLogs`; `*` stands for any text, `?` for one character. */
  readonly operation?: string;
  /** With `*` and `?`. */
  readonly project?: string;
  /** With `*` and `?`. */
  readonly logstore?: string;
  readonly method?: string;
  readonly service?: Target["service"];
  /** Host as the client sent it, port included; with `*` and `?`. */
  readonly host?: string;
  /** The client's User-Agent, such as `*python*`. */
  readonly client?: string;
}

export interface FaultRule extends FaultMatch {
  /** Share of the matching requests that fail, 0 to 1. @default 1 */
  readonly rate?: number;
  /** Of the dice that `rate` and a range of `delayMs` throw: the same seed, the same requests. @default 1 */
  readonly seed?: number;
  /** So many matching requests go well before. @default 0 */
  readonly after?: number;
  /** At most so many fail. @default no limit */
  readonly times?: number;

  /** Milliseconds before the request is read, or `[least, most]`. */
  readonly delayMs?: number | readonly [least: number, most: number];
  /** Answered instead of handling the request: a preset's name, or an error of your own. */
  readonly error?: FaultPreset | FaultError;
  readonly cut?: Cut;
  /** With `cut`: by a TCP reset instead of a close. @default false */
  readonly reset?: boolean;
  /** The request's body is read no faster. */
  readonly readBytesPerSecond?: number;
  /** The reply's body is sent no faster. */
  readonly replyBytesPerSecond?: number;
  /** The server's clock is so many milliseconds off: in `x-log-time`, `Date` and the check of the request's time. */
  readonly clockOffsetMs?: number;
  readonly badReply?: BadReply;
}

export interface FaultError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}
