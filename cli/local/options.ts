import { resolve } from "node:path";
import type { Command } from "commander";
import { installStandIn, runningStatus, type LocalStatus } from "../../emulator";

export interface LocalFlags {
  readonly state: string;
  readonly json?: boolean;
}

export const addStateOption = (command: Command): Command =>
  command.option("--state <folder>", "folder of its certificate authority and access key", defaultState());

const defaultState = (): string => process.env["CDKTF_SLS_LOCAL_STATE"] ?? ".cdktf-sls/local";

/** For a shell. */
export const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** What a hint must add so that its command means the same local cloud. */
export const stateHint = ({ state }: LocalFlags): string =>
  state === defaultState() ? "" : ` --state ${quoted(state)}`;

export const stateDir = (flags: LocalFlags): string => resolve(flags.state);

/** Throws, with what to do, when none runs. */
export async function runningCloud(flags: LocalFlags): Promise<LocalStatus> {
  const status = await runningStatus(stateDir(flags));
  if (status !== undefined) return status;
  throw new Error(`no local cloud is running; start it with: npx cdktf-sls local start${stateHint(flags)}`);
}

/** With `stand-in`, terraform takes our provider for alicloud; with `real`, what it finds in the public registry or its own settings. */
export const providers = ["stand-in", "real"] as const;
export type ProviderChoice = (typeof providers)[number];

/** cdktf would put the stand-in into the user's plugin cache, under the name and version of the real provider. */
const noPluginCache = { TF_PLUGIN_CACHE_DIR: "", CDKTF_DISABLE_PLUGIN_CACHE_ENV: "1" };

export const providerEnv = (flags: LocalFlags, provider: ProviderChoice): Record<string, string> =>
  provider === "real" ? {} : { ...installStandIn(stateDir(flags)).env, ...noPluginCache };
