/** A Logtail config as props: by LogFormat.syslog where that says it all, else word for word. */
import { isPipeline, type FoundAnyConfig } from "../../sls/model/config-form";
import type { FoundLogtailConfig } from "../../sls/model/logtail-config";
import type { FoundPipelineConfig } from "../../sls/model/logtail-pipeline";
import { isFilledIn, mayBeFilledIn } from "../canonical";
import { Code, literal } from "./code";

type Json = Readonly<Record<string, unknown>>;

/** `logstore`, `groups`: the constants that hold them. */
export function configProps(config: FoundAnyConfig, logstore: string, groups: readonly string[]): object {
  return {
    configName: config.configName,
    logstore: new Code(logstore),
    format: new Code(isPipeline(config) ? asFound(pipelineWords(config)) : formatCode(config)),
    ...(config.logSample ? { logSample: config.logSample } : {}),
    ...(isPipeline(config) ? { delivery: "deploy" } : {}),
    ...(groups.length === 0 ? { allowUnbound: true } : { machineGroups: new Code(`[${groups.join(", ")}]`) }),
  };
}

const asFound = (words: object): string => `LogFormat.asFound(${literal(words, "  ")})`;

function formatCode(config: FoundLogtailConfig): string {
  const inputDetail = withoutDefaults(config, "inputDetail");
  const { logstoreName: _, ...outputDetail } = withoutDefaults(config, "outputDetail");
  const hasOutput = Object.keys(outputDetail).length > 0;
  const saysAll =
    config.inputType === "syslog" &&
    config.inputDetail["localStorage"] === true &&
    !hasOutput &&
    // Its sample would have to fit.
    !config.logSample &&
    Object.keys(inputDetail).every((key) => key === "tag");
  if (saysAll) return `LogFormat.syslog(${literal({ tag: inputDetail["tag"] })})`;
  return asFound({ inputType: config.inputType, inputDetail, ...(hasOutput ? { outputDetail } : {}) });
}

/** Without what the service fills in by itself, so that the code says what somebody once said. */
function withoutDefaults(config: FoundLogtailConfig, part: "inputDetail" | "outputDetail"): Json {
  const kept = Object.entries(config[part]).filter(
    ([key, value]) => !isFilledIn(`${part}.${key}`, value, config.inputType),
  );
  return Object.fromEntries(kept);
}

function pipelineWords(config: FoundPipelineConfig): object {
  const { global, inputs, processors, aggregators, task } = config;
  const flusher = Object.entries(config.flushers[0] ?? {}).filter(
    ([key, value]) => !["Type", "Logstore"].includes(key) && !mayBeFilledIn(config, `flushers[0].${key}`, value),
  );
  const parts = { global, inputs, processors, aggregators, flusher: Object.fromEntries(flusher), task };
  return Object.fromEntries(Object.entries(parts).filter(([, part]) => part && Object.keys(part).length > 0));
}
