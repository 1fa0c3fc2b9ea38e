/** The local cloud: Log Service and its neighbours on one loopback port, for work with no account and no network. */
export type { LocalStatus } from "./admin";
export * from "./daemon";
export * from "./local-cloud";
export type { RequestLogEntry } from "./request-log";
export { installStandIn } from "./terraform";
