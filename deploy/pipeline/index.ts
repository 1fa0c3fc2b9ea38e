/** What a pipeline needs beside plan and deploy. */
export * from "./note";
export * from "./plan-stack";
export * from "./role-session";
export * from "./terraform-plan";
