/**
 * Values that the service, or an SDK on its way there, fills into a Logtail config that did not name them.
 * A found field that equals one of them is no change. Source: SDK defaults, `reference: Logtail config JSON, inputDetail fields`.
 */
export const inputDetailDefaults: Readonly<Record<string, readonly unknown[]>> = {
  localStorage: [true],
  enableTag: [true, false],
  enableRawLog: [false],
  maxSendRate: [-1],
  sendRateExpire: [0],
  mergeType: ["topic"],
  adjustTimezone: [false],
  logTimezone: [""],
  filterKey: [[]],
  filterRegex: [[]],
  shardHashKey: [[]],
  sensitive_keys: [[]],
  delayAlarmBytes: [0],
  priority: [0],
  advanced: [{}],
  plugin: [{}],
};

/** Fields of outputDetail that the service fills in from the project. */
export const outputDetailFilled: readonly string[] = [
  "endpoint",
  "region",
  "projectName",
  "compressType",
  "telemetryType",
];
