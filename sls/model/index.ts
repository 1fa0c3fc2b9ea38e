export * from "./endpoint";
export * from "./errors";
export * from "./log";
export * from "./log-index";
export * from "./log-store";
export * from "./logtail-config";
export * from "./machine-group";
export * from "./names";
