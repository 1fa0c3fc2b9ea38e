/** The deploy step: outputs -> plan (pure) -> apply -> print. */
export * from "./apply";
export * from "./plan";
export * from "./print";
export * from "./read-found";
export * from "./read-outputs";
export * from "./terraform-binary";
