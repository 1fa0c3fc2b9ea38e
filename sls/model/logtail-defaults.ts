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
  // Of files.
  topicFormat: ["none"],
  timeFormat: [""],
  timeKey: [""],
  fileEncoding: ["utf8"],
  maxDepth: [100],
  preserve: [true],
  preserveDepth: [0],
  discardUnmatch: [true],
  discardNonUtf8: [false],
  delaySkipBytes: [0],
  tailExisted: [false],
  logBeginRegex: [".*"],
  autoExtend: [true],
  acceptNoEnoughKeys: [false],
  quote: ["\u0001"],
  dockerFile: [false],
  dockerIncludeLabel: [{}],
  dockerExcludeLabel: [{}],
  dockerIncludeEnv: [{}],
  dockerExcludeEnv: [{}],
  customizedFields: [{}],
};

/** Fields of a pipeline's flusher_sls, likewise. */
export const flusherFilled: Readonly<Record<string, (value: unknown) => boolean>> = {
  Endpoint: () => true,
  Region: () => true,
  TelemetryType: (value) => value === "" || value === "logs",
};

/** Fields of outputDetail that the service fills in from the project, and which values are its own. */
export const outputDetailFilled: Readonly<Record<string, (value: unknown) => boolean>> = {
  endpoint: () => true,
  region: () => true,
  // Another project than the host's is refused.
  projectName: () => true,
  compressType: (value) => value === "" || value === "lz4",
  telemetryType: (value) => value === "" || value === "None",
};
