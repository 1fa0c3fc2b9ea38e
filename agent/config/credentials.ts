import {
  FileCredentials,
  credentialsFromEnv,
  ecsRoleCredentials,
  type CredentialsListener,
  type CredentialsSource,
} from "../../sls/client";
import type { Emit } from "../status/events";
import type { Settings } from "./settings";

/** With the clock that ends are told by, and where it is told what happens to them. */
export type CredentialsFor = (now: () => Date, emit: Emit) => CredentialsSource;

/** Value of `credentials.ecsRole` for whichever role is attached. */
const anyRole = "auto";

const isTrue = (value: string | undefined): boolean => /^(true|1)$/i.test(value?.trim() ?? "");

/**
 * Where the agent's credentials come from: `credentials.file`; else an access key in the environment; else
 * `credentials.ecsRole`. As in Alibaba Cloud's tools a key comes before a role, which all programs of a machine may use.
 * Throws an error that says where they belong when there are none.
 */
export function agentCredentials(
  settings: Pick<Settings, "credentialsFile" | "ecsRole">,
  env: NodeJS.ProcessEnv,
): CredentialsFor {
  const { credentialsFile: file, ecsRole } = settings;
  if (file !== undefined) return (_, emit) => new FileCredentials({ file, ...telling(`the file ${file}`, emit) });
  const hasKey = Boolean(env["ALIBABA_CLOUD_ACCESS_KEY_ID"]?.trim() || env["ALICLOUD_ACCESS_KEY"]?.trim());
  const noRole = ecsRole === undefined || isTrue(env["ALIBABA_CLOUD_ECS_METADATA_DISABLED"]);
  if (hasKey || noRole) {
    const source = credentialsFromEnv(env);
    return () => source;
  }
  const endpoint = env["ALIBABA_CLOUD_ECS_METADATA_SERVICE_ENDPOINT"]?.trim();
  const tokensOnly = isTrue(env["ALIBABA_CLOUD_IMDSV1_DISABLED"]);
  const any = ecsRole === anyRole;
  return (now, emit) =>
    ecsRoleCredentials({
      now,
      tokensOnly,
      ...(any ? {} : { role: ecsRole }),
      ...(endpoint ? { endpoint } : {}),
      ...telling(any ? "the RAM role of this instance" : `the RAM role ${ecsRole}`, emit),
    });
}

/** A failure is told once for each reason: tries go on every few seconds. */
function telling(from: string, emit: Emit): CredentialsListener {
  let told: string | undefined;
  return {
    onRenewed: (until) => {
      told = undefined;
      emit({ type: "CredentialsRenewed", from, ...ending(until) });
    },
    onNotRenewed: (message, until) => {
      if (message === told) return;
      told = message;
      emit({ type: "CredentialsNotRenewed", from, message, ...ending(until) });
    },
  };
}

const ending = (until: Date | undefined): { until?: string } => (until ? { until: until.toISOString() } : {});
