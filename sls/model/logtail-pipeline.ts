/**
 * Pipeline configuration as `/pipelineconfigs` takes and returns it. Source: SLS API reference, CreateLogtailPipelineConfig;
 * LoongCollector documentation, "Collection configuration".
 */
import { configNameProblem, logstoreNameProblem } from "./names";

/** One plugin with its options: `{ Type: "input_file", FilePaths: [...] }`. */
export type PipelinePlugin = Readonly<Record<string, unknown>> & { readonly Type: string };

export interface PipelineConfigBody {
  configName: string;
  /** At most 1,000 bytes. */
  logSample?: string;
  global?: Readonly<Record<string, unknown>>;
  inputs: readonly PipelinePlugin[];
  processors?: readonly PipelinePlugin[];
  aggregators?: readonly PipelinePlugin[];
  flushers: readonly PipelinePlugin[];
  task?: Readonly<Record<string, unknown>>;
}

/** What GetLogtailPipelineConfig adds. */
export interface FoundPipelineConfig extends PipelineConfigBody {
  /** Unix seconds. */
  createTime?: number;
  /** Unix seconds. */
  lastModifyTime?: number;
}

/** Inputs of which a pipeline has one, and nothing beside it. */
const alone: readonly string[] = ["input_file", "input_container_stdio", "input_static_file_onetime"];

/** What is wrong with a pipeline, in the order of its fields; empty when it can be sent. */
export function pipelineProblems(config: PipelineConfigBody): string[] {
  const { inputs, aggregators = [], flushers, logSample = "" } = config;
  const types = new Set(inputs.map(({ Type }) => Type));
  const single = [...types].find((type) => alone.includes(type));
  const [flusher] = flushers;
  const problems: (string | false | undefined)[] = [
    configNameProblem(config.configName),
    Buffer.byteLength(logSample) > 1000 && `logSample must be at most 1000 bytes, got ${Buffer.byteLength(logSample)}`,
    inputs.length === 0 && "inputs must hold an input, got none",
    types.size > 1 && `inputs must be of one type, got ${[...types].join(", ")}`,
    single !== undefined && inputs.length > 1 && `inputs must hold one ${single}, got ${inputs.length}`,
    aggregators.length > 1 && `aggregators must hold at most one, got ${aggregators.length}`,
    (flushers.length !== 1 || flusher?.Type !== "flusher_sls") &&
      `flushers must hold one flusher_sls, got ${flushers.map(({ Type }) => Type).join(", ") || "none"}`,
    flusher !== undefined && logstoreNameProblem(logstoreOfPipeline(config)),
  ];
  return problems.filter((problem) => typeof problem === "string");
}

/** Where its logs go. */
export function logstoreOfPipeline({ flushers }: Pick<PipelineConfigBody, "flushers">): string {
  const logstore = flushers[0]?.["Logstore"];
  return typeof logstore === "string" ? logstore : "";
}
