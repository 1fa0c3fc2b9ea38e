/** What is wrong with a config's way to the service. */
import type { LogtailWishes } from "./logtail-wishes";
import { pipelineProblem } from "./pipeline-body";

export interface Delivery {
  readonly form: "logtail" | "pipeline";
  readonly delivery: "deploy" | "terraform";
  /** Fields of the service's own were given. */
  readonly hasInputDetail: boolean;
}

const syslogByTerraform =
  'delivery "terraform" takes no LogFormat.syslog, for which the provider has no resource; leave delivery out, or use LogFormat.rfcSyslog';
const pipelineWithDetail = 'inputDetail is of the form "logtail"; leave one of the two out';

/** undefined where nothing is. */
export function deliveryProblem(wishes: LogtailWishes, to: Delivery): string | undefined {
  if (to.form === "pipeline") return to.hasInputDetail ? pipelineWithDetail : pipelineProblem(wishes);
  if (to.delivery === "terraform" && isStream(wishes)) return syslogByTerraform;
  return discardProblem(wishes);
}

/** The older form can throw away logs of files only. */
function discardProblem({ format, source, discardUnmatched, discardNonUtf8 }: LogtailWishes): string | undefined {
  if (source?.kind === "files" || format.kind === "asFound") return undefined;
  const prop = discardUnmatched ? "discardUnmatched" : discardNonUtf8 ? "discardNonUtf8" : undefined;
  return prop && `${prop} is for files, other logs are kept whatever they are; leave it out`;
}

function isStream({ format }: LogtailWishes): boolean {
  if (format.kind !== "asFound") return format.kind === "syslog";
  return "inputType" in format.found && ["syslog", "streamlog"].includes(format.found.inputType);
}
