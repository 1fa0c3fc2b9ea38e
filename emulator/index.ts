/** The local cloud: Log Service and its neighbours on one loopback port, for work with no account and no network. */
export type { LocalStatus } from "./admin";
export { addFault, clearFaults, faultsOf, removeFault, requestsOf, takeDown, type Jsoned } from "./admin-client";
export * from "./daemon";
export * from "./local-cloud";
export { badReplies, cuts, services, type FaultError, type FaultRule } from "./faults/fault-rule";
export type { FaultHandle, Faults, FaultState } from "./faults/faults";
export { presetNames } from "./faults/presets";
export { readFaultRule } from "./faults/read-fault-rule";
export type { RequestLogEntry } from "./request-log";
export { quotaLimits, type QuotaLimits, type QuotaOptions } from "./sls/quotas";
export { installStandIn } from "./terraform";
