import { staticCredentials, type CredentialsSource } from "./source";

interface Spelling {
  readonly id: string;
  readonly secret: string;
  readonly token: string;
}

/** As Alibaba Cloud's tools read them. A key is taken from one spelling whole: parts of two would make no key. */
const spellings: readonly Spelling[] = [
  {
    id: "ALIBABA_CLOUD_ACCESS_KEY_ID",
    secret: "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    token: "ALIBABA_CLOUD_SECURITY_TOKEN",
  },
  { id: "ALICLOUD_ACCESS_KEY", secret: "ALICLOUD_SECRET_KEY", token: "ALICLOUD_SECURITY_TOKEN" },
];

/** Whether an access key id is there in one of the spellings. */
export const hasKeyInEnv = (env: NodeJS.ProcessEnv): boolean => spellings.some(({ id }) => env[id]?.trim());

const missing = (what: string, names: readonly string[]): Error =>
  new Error(
    `no ${what}: set ${names.join(" or ")} in the environment ` +
      `(in GitLab: Settings > CI/CD > Variables; without an account: cdktf-sls local exec -- COMMAND)`,
  );

/** Reads the access key from the environment; throws an error that names the variable which is missing. */
export function credentialsFromEnv(env: NodeJS.ProcessEnv): CredentialsSource {
  const value = (name: string): string | undefined => env[name]?.trim() || undefined;
  const names = spellings.find(({ id }) => value(id) !== undefined);
  if (names === undefined)
    throw missing(
      "access key id",
      spellings.map(({ id }) => id),
    );
  const accessKeyId = value(names.id) ?? "";
  const accessKeySecret = value(names.secret);
  if (accessKeySecret === undefined) throw missing(`access key secret to go with ${names.id}`, [names.secret]);
  const securityToken = value(names.token);
  return staticCredentials({ accessKeyId, accessKeySecret, ...(securityToken ? { securityToken } : {}) });
}
