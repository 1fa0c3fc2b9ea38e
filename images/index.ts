/** What goes into VM images and depends on options. */
export * from "./rsyslog";
