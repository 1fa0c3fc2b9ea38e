/**
 * Where commands take credentials from, as Alibaba Cloud's own tools do: keys in the environment (both spellings), else the default chain of
 * `@alicloud/credentials`: OIDC token of the pipeline, profile of ~/.aliyun/config.json, ~/.alibabacloud/credentials, RAM role of the ECS instance, a
 * credentials URI. Temporary ones are renewed by the library. It is loaded only where it is needed.
 */
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { credentialsFromEnv, hasKeyInEnv, type CredentialsSource, type ProxySettings } from "../sls";
import type { Credentials } from "../sls/wire/request";
import { throughProxy } from "./credentials-proxy";

export interface CredentialOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly proxy: ProxySettings;
  /** Of ~/.aliyun/config.json; nothing else is tried then. */
  readonly profile?: string;
}

/** What a provider of the library gives. */
interface Given {
  readonly accessKeyId?: string;
  readonly accessKeySecret?: string;
  readonly securityToken?: string;
}
type Ask = () => Promise<Given>;

/** Throws at once where half of a key is in the environment; the rest is found out at the first request. */
export function credentialsFor(options: CredentialOptions): CredentialsSource {
  const { env, profile } = options;
  if (profile === undefined && hasKeyInEnv(env)) return credentialsFromEnv(env);
  let ask: Promise<Ask> | undefined;
  let asked: Promise<Credentials> | undefined;
  const get = async (): Promise<Credentials> => {
    ask ??= load(options);
    try {
      return checked(await (await ask)());
    } catch (error) {
      throw profile === undefined ? nothingFound(error as Error) : profileFailed(profile, error as Error);
    }
  };
  return {
    // Many requests begin at a time: one question for them all.
    getCredentials: () => (asked ??= get().finally(() => (asked = undefined))),
  };
}

async function load({ proxy, profile }: CredentialOptions): Promise<Ask> {
  await needReadableConfig();
  throughProxy(proxy);
  if (profile !== undefined) {
    const { default: cli } = await import("@alicloud/credentials/dist/src/providers/cli_profile.js");
    const provider = cli.default.builder().withProfileName(profile).build();
    return () => provider.getCredentials();
  }
  const { default: library } = await import("@alicloud/credentials");
  const chain = new library.default();
  return () => chain.getCredential();
}

/** The library repeats a file that it cannot read in its error, with the keys in it. */
async function needReadableConfig(): Promise<void> {
  const file = join(homedir(), ".aliyun", "config.json");
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch {
    return;
  }
  try {
    JSON.parse(text);
  } catch {
    throw new Error(`${file} is not JSON; write it anew with \`aliyun configure\``);
  }
}

function checked({ accessKeyId, accessKeySecret, securityToken }: Given): Credentials {
  if (!accessKeyId || !accessKeySecret) throw new Error("it has no access key");
  return { accessKeyId, accessKeySecret, ...(securityToken ? { securityToken } : {}) };
}

/** Of the library's own words, without what may be a reply or a file with keys in it. */
const short = (error: Error): string =>
  error.message
    .replace(/\{[\s\S]*\}/g, "{…}")
    .replace(/\s+/g, " ")
    .slice(0, 600);

const nothingFound = (error: Error): Error =>
  new Error(
    `no access key id: set ALIBABA_CLOUD_ACCESS_KEY_ID or ALICLOUD_ACCESS_KEY in the environment (in GitLab: Settings > CI/CD > Variables), ` +
      `or give a profile of \`aliyun configure\` (--profile), the pipeline's OIDC token (ALIBABA_CLOUD_OIDC_TOKEN_FILE, ALIBABA_CLOUD_OIDC_PROVIDER_ARN, ALIBABA_CLOUD_ROLE_ARN), ` +
      `or a RAM role to the ECS instance; without an account: cdktf-sls local exec -- COMMAND; tried: ${short(error)}`,
  );

const profileFailed = (profile: string, error: Error): Error =>
  new Error(
    `profile ${JSON.stringify(profile)} of ~/.aliyun/config.json: ${short(error)}; \`aliyun configure list\` shows the profiles`,
  );
