import type { Credentials } from "../wire/request";

/** Where credentials come from. Asked before every request, so that temporary ones can be renewed in between. */
export interface CredentialsSource {
  getCredentials(): Promise<Credentials>;
}

export const staticCredentials = (credentials: Credentials): CredentialsSource => ({
  getCredentials: async () => credentials,
});

/** The spellings that Alibaba Cloud's tools read, first hit wins. */
const idNames = ["ALIBABA_CLOUD_ACCESS_KEY_ID", "ALICLOUD_ACCESS_KEY"];
const secretNames = ["ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALICLOUD_SECRET_KEY"];
const tokenNames = ["ALIBABA_CLOUD_SECURITY_TOKEN", "ALICLOUD_SECURITY_TOKEN"];

export const missingCredential = (what: string, names: readonly string[]): Error =>
  new Error(
    `no ${what}: set ${names.join(" or ")} in the environment ` +
      `(in GitLab: Settings > CI/CD > Variables; without an account: cdktf-sls local exec -- COMMAND)`,
  );

/** Reads the access key from the environment; throws an error that names the variable which is missing. */
export function credentialsFromEnv(env: NodeJS.ProcessEnv): CredentialsSource {
  const first = (names: readonly string[]): string | undefined =>
    names.map((name) => env[name]?.trim()).find((value) => value);
  const accessKeyId = first(idNames);
  if (!accessKeyId) throw missingCredential("access key id", idNames);
  const accessKeySecret = first(secretNames);
  if (!accessKeySecret) throw missingCredential("access key secret", secretNames);
  const securityToken = first(tokenNames);
  return staticCredentials({ accessKeyId, accessKeySecret, ...(securityToken ? { securityToken } : {}) });
}
