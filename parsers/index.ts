export * from "./stream-log";
