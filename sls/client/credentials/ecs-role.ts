import { MetadataClient, type MetadataOptions } from "./metadata";
import { RenewingCredentials, type TemporaryCredentials } from "./renewing";
import type { CredentialsListener, CredentialsSource } from "./source";
import { readCredentials } from "./temporary";

export interface EcsRoleOptions extends MetadataOptions, CredentialsListener {
  /** @default the one that is attached to the instance */
  readonly role?: string;
}

const folder = "ram/security-credentials/";

/** The RAM role that is attached to this ECS instance: temporary credentials, renewed before they end. */
export function ecsRoleCredentials(options: EcsRoleOptions): CredentialsSource {
  const metadata = new MetadataClient(options);
  return new RenewingCredentials({ ...options, fetch: () => fetchCredentials(metadata, options.role) });
}

async function fetchCredentials(metadata: MetadataClient, wanted: string | undefined): Promise<TemporaryCredentials> {
  const role = wanted ?? (await attachedRole(metadata));
  const text = await metadata.get(`${folder}${encodeURIComponent(role)}`);
  if (text === undefined) {
    throw new Error(
      `the metadata service has no credentials of the RAM role ${role}: attach it to this ECS instance ` +
        `(it must trust ecs.aliyuncs.com), or correct the name`,
    );
  }
  const found = readFrom(role, text);
  if (found.expiration === undefined)
    throw new Error(`the metadata service's answer for role ${role} has no Expiration`);
  return { ...found, expiration: found.expiration };
}

async function attachedRole(metadata: MetadataClient): Promise<string> {
  const [role = ""] = (await metadata.get(folder))?.split("\n") ?? [];
  if (role !== "") return role.trim();
  throw new Error("no RAM role is attached to this ECS instance: attach one, or use an access key");
}

function readFrom(role: string, text: string): ReturnType<typeof readCredentials> {
  try {
    return readCredentials(text);
  } catch (error) {
    throw new Error(`the metadata service's answer for role ${role} ${(error as Error).message}`, { cause: error });
  }
}
