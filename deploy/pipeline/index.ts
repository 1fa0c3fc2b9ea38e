/** What a pipeline needs beside plan and deploy. */
export * from "./image-inputs";
export * from "./image-store";
export * from "./note";
export * from "./plan-stack";
export * from "./role-session";
export * from "./terraform-plan";
