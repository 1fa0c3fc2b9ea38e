/** Log collection for Alibaba Cloud Log Service as CDKTF constructs. */
export * from "./environment";
export { IndexField, type IndexFieldOptions, type TextIndexOptions } from "./index-field";
export * from "./log-collection";
export * from "./log-format";
export * from "./log-index";
export * from "./log-mask";
export * from "./log-project";
export * from "./log-security-rules";
export * from "./log-source";
export * from "./log-store";
export * from "./log-topic";
export * from "./logtail-config";
export * from "./machine-group";
export * from "./names";
export * from "./retention";
export * from "./security-group";
export * from "./time-format";
export type { LogtailPlugin } from "../sls/model/logtail-input";
