export * from "./compress";
export * from "./log-group";
export * from "./lz4";
export * from "./request";
export * from "./sign-v1";
export * from "./sign-v4";
