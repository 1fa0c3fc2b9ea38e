/** The local cloud: Log Service and its neighbours on one loopback port, for work with no account and no network. */
export * from "./daemon";
export * from "./local-cloud";
export { installStandIn } from "./terraform";
