/**
 * Public keys of OIDC issuers. The service fetches them from the issuer; here they come from the folder `oidc` in the state folder
 * (each `*.json` a key set with one more member, `issuer`), or by the issuer's discovery document where the issuer is on loopback.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { JsonWebKey } from "node:crypto";

export interface IssuerKey extends JsonWebKey {
  readonly kid?: string;
  readonly alg?: string;
  readonly use?: string;
}

export interface JwksSource {
  /** Rejects with an Error that says what to do where there are none. */
  keysOf(issuer: string): Promise<readonly IssuerKey[]>;
}

const patienceMs = 5_000;
const isLoopback = (url: URL): boolean =>
  /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(url.hostname) && /^https?:$/.test(url.protocol);
const trimmed = (issuer: string): string => issuer.replace(/\/$/, "");

function keysIn(set: unknown, where: string): readonly IssuerKey[] {
  const keys: unknown = (set as { keys?: unknown } | null)?.keys;
  if (Array.isArray(keys)) return keys as IssuerKey[];
  throw new Error(`${where} holds no key set: it must be JSON with a list "keys"`);
}

function fromFolder(folder: string, issuer: string): readonly IssuerKey[] | undefined {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  } catch {
    return undefined;
  }
  for (const name of names.sort()) {
    const file = join(folder, name);
    let set: unknown;
    try {
      set = JSON.parse(readFileSync(file, "utf8"));
    } catch (error) {
      throw new Error(`${file} cannot be read as JSON`, { cause: error });
    }
    const own: unknown = (set as { issuer?: unknown } | null)?.issuer;
    if (typeof own === "string" && trimmed(own) === trimmed(issuer)) return keysIn(set, file);
  }
  return undefined;
}

async function ask(address: string): Promise<unknown> {
  if (!isLoopback(new URL(address))) throw new Error(`${address} is not on loopback`);
  const reply = await fetch(address, { signal: AbortSignal.timeout(patienceMs), redirect: "error" });
  if (!reply.ok) throw new Error(`${address} answered ${reply.status}`);
  return reply.json();
}

async function fromIssuer(issuer: string): Promise<readonly IssuerKey[]> {
  const discovery = (await ask(`${trimmed(issuer)}/.well-known/openid-configuration`)) as { jwks_uri?: unknown };
  const { jwks_uri: address } = discovery;
  if (typeof address !== "string") throw new Error(`the discovery document of ${issuer} names no jwks_uri`);
  return keysIn(await ask(address), address);
}

/** Read anew at each question: keys may be put there while the local cloud runs. */
export function jwksSource(folder: string): JwksSource {
  return {
    async keysOf(issuer) {
      const kept = fromFolder(folder, issuer);
      if (kept !== undefined) return kept;
      if (URL.canParse(issuer) && isLoopback(new URL(issuer))) return fromIssuer(issuer);
      throw new Error(`no keys of ${issuer}: put its JWKS with a member "issuer" into ${folder} as a .json file`);
    },
  };
}
