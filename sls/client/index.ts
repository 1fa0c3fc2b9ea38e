export * from "./credentials";
export * from "./log-writer";
export * from "./proxy";
export * from "./sls-client";
export type { ResourceTags, TaggedType } from "./tags";
export type { HttpReply } from "./transport";
