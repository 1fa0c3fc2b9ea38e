/** The deploy step: outputs -> plan (pure) -> apply -> print. */
export * from "./apply";
export * from "./credentials";
export * from "./diff";
export * from "./environment";
export * from "./history";
export { readProject, type ProjectContents } from "./import/read-project";
export { writeTypeScript } from "./import/write-typescript";
export * from "./mark";
export * from "./pipeline";
export * from "./plan";
export * from "./print";
export * from "./read-found";
export * from "./read-outputs";
export * from "./report";
export * from "./retry";
export * from "./rollback";
export * from "./terraform-binary";
export * from "./verify";
