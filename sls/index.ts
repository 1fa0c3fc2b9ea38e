/** The service in TypeScript: types and validators, wire formats, clients. */
export * from "./client";
export * from "./model";
export * from "./wire";
