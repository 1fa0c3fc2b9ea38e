export * from "./delimiter-log";
export * from "./json-log";
export * from "./multi-line";
export * from "./parsed-log";
export * from "./regex";
export * from "./regex-log";
export * from "./stream-log";
export * from "./strptime";
