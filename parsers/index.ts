export * from "./rfc3164";
export * from "./rfc5424";
export * from "./stream-log";
export * from "./syslog-message";
export * from "./syslog-priority";
export * from "./syslog-time";
