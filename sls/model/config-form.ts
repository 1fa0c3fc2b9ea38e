/** A project's Logtail configs come in two forms. Names, bindings, tags and the list are common to both. */
import type { FoundLogtailConfig, LogtailConfigBody } from "./logtail-config";
import { logstoreOfPipeline, type FoundPipelineConfig, type PipelineConfigBody } from "./logtail-pipeline";

/** `logtail`: of `/configs`; `pipeline`: of `/pipelineconfigs`. */
export type ConfigForm = "logtail" | "pipeline";

export type AnyConfigBody = LogtailConfigBody | PipelineConfigBody;
export type FoundAnyConfig = FoundLogtailConfig | FoundPipelineConfig;

export const isPipeline = (config: AnyConfigBody): config is PipelineConfigBody => "inputs" in config;

export const formOf = (config: AnyConfigBody): ConfigForm => (isPipeline(config) ? "pipeline" : "logtail");

/** Where the logs of a config go. */
export const logstoreOf = (config: AnyConfigBody): string =>
  isPipeline(config) ? logstoreOfPipeline(config) : config.outputDetail.logstoreName;
