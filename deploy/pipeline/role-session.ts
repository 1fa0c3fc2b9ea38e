/**
 * The job's OIDC token for the keys of a RAM role, which end with the job. Every tool of the job takes them from the environment:
 * Terraform's provider, Packer and ours. Source: STS API reference, "AssumeRoleWithOIDC"; GitLab, "OpenID Connect authentication using ID tokens".
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProxySettings } from "../../sls";
import { throughProxy } from "../credentials-proxy";

const idTokenName = "CDKTF_SLS_ID_TOKEN";

export interface RoleWish {
  /** `acs:ram::1000000000000000:role/pipeline` */
  readonly roleArn: string;
  readonly oidcProviderArn: string;
  readonly token: string;
  /** 2 to 64 letters, digits and `.@-_`: who it was, in ActionTrail. */
  readonly sessionName: string;
  /** 900 to the role's maximum. */
  readonly seconds: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const settings = "Settings > CI/CD > Variables";

const incomplete = (name: string, because: string): Error =>
  new Error(`${name} is missing, but ${because}; set it in the project's ${settings}, or in the job`);

const noToken = (): Error =>
  new Error(
    `${idTokenName} is missing, so that ALIBABA_CLOUD_ROLE_ARN cannot be assumed; the job needs \`id_tokens: { ${idTokenName}: { aud: … } }\`, ` +
      `as the templates in ci/templates have it (https://docs.gitlab.com/ci/secrets/id_token_authentication/)`,
  );

/** Of `gitlab-42-1234` no character may be others than RAM allows. */
const sessionNameOf = (env: Environment): string =>
  ["gitlab", env["CI_PROJECT_ID"], env["CI_JOB_ID"]]
    .filter((part) => part !== undefined && part !== "")
    .join("-")
    .replaceAll(/[^\w.@-]/g, "-")
    .slice(0, 64);

/**
 * Undefined where no role is named: the access key of the environment is used then. A job that only looks prefers the plan's role, which merge
 * requests from any branch may have. Throws what is missing.
 */
export function roleWish(env: Environment, readOnly = false): RoleWish | undefined {
  const value = (name: string): string => env[name]?.trim() ?? "";
  const planRoleArn = readOnly ? value("ALIBABA_CLOUD_PLAN_ROLE_ARN") : "";
  const roleArn = planRoleArn || value("ALIBABA_CLOUD_ROLE_ARN");
  const oidcProviderArn = value("ALIBABA_CLOUD_OIDC_PROVIDER_ARN");
  if (roleArn === "" && oidcProviderArn === "") return undefined;
  if (roleArn === "") throw incomplete("ALIBABA_CLOUD_ROLE_ARN", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN is set");
  if (oidcProviderArn === "") throw incomplete("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "ALIBABA_CLOUD_ROLE_ARN is set");
  const token = value(idTokenName);
  if (token === "") throw noToken();
  const seconds = Number(value("ALIBABA_CLOUD_ROLE_SECONDS") || 3600);
  if (!Number.isInteger(seconds) || seconds < 900 || seconds > 43_200) {
    throw new Error(
      `ALIBABA_CLOUD_ROLE_SECONDS must be 900 to 43200, got ${JSON.stringify(env["ALIBABA_CLOUD_ROLE_SECONDS"])}`,
    );
  }
  const sessionName = value("ALIBABA_CLOUD_ROLE_SESSION_NAME") || sessionNameOf(env);
  return { roleArn, oidcProviderArn, token, sessionName, seconds };
}

/** Both spellings. The token ends here, and so does the role's name: Terraform's provider would assume it once more, with the keys that it gave. */
const keyVariables = (id: string, secret: string, token: string): Record<string, string> => ({
  ALICLOUD_ACCESS_KEY: id,
  ALICLOUD_SECRET_KEY: secret,
  ALICLOUD_SECURITY_TOKEN: token,
  ALIBABA_CLOUD_ACCESS_KEY_ID: id,
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: secret,
  ALIBABA_CLOUD_SECURITY_TOKEN: token,
  ALIBABA_CLOUD_ROLE_ARN: "",
  ALIBABA_CLOUD_PLAN_ROLE_ARN: "",
  ALIBABA_CLOUD_OIDC_PROVIDER_ARN: "",
  [idTokenName]: "",
});

/** Without the reply, which may hold the token. */
const refused = ({ roleArn }: RoleWish, error: Error): Error => {
  const why = error.message.replace(/"?(?:OIDCToken|SecurityToken)"?\s*[:=]\s*\S+/g, "…").replace(/\s+/g, " ");
  const hint =
    "does the role's trust name this project's path and this ref (construct PipelineRole), and does its OIDC provider name the token's audience?";
  return new Error(`the role ${roleArn} was not given to this job: ${why.slice(0, 600)}; ${hint}`);
};

/** What the environment of the job's commands must have. */
export async function roleEnvironment(wish: RoleWish, proxy: ProxySettings): Promise<Record<string, string>> {
  const { default: library } = await import("@alicloud/credentials/dist/src/providers/oidc_role_arn.js");
  throughProxy(proxy);
  // The library takes the token from a file alone.
  const folder = await mkdtemp(join(tmpdir(), "cdktf-sls-token-"));
  try {
    const file = join(folder, "token");
    await writeFile(file, wish.token, { mode: 0o600 });
    const provider = library.default
      .builder()
      .withOIDCProviderArn(wish.oidcProviderArn)
      .withRoleArn(wish.roleArn)
      .withRoleSessionName(wish.sessionName)
      .withDurationSeconds(wish.seconds)
      .withOIDCTokenFilePath(file)
      .build();
    const { accessKeyId, accessKeySecret, securityToken } = await provider.getCredentials();
    return keyVariables(accessKeyId, accessKeySecret, securityToken);
  } catch (error) {
    throw refused(wish, error as Error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
