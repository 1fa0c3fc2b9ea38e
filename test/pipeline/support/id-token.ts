/** An issuer of job tokens, as GitLab is one: its keys are known to the local cloud, which cannot fetch them. */
import { generateKeyPairSync, sign } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export type IdToken = (projectPath: string, ref: string) => string;

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** `local`: state folder of the local cloud. */
export function idTokens(local: string, issuer = "https://gitlab.com"): IdToken {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  mkdirSync(join(local, "oidc"), { recursive: true });
  const keys = [{ ...publicKey.export({ format: "jwk" }), use: "sig" }];
  writeFileSync(join(local, "oidc/gitlab.json"), JSON.stringify({ issuer, keys }));
  return (projectPath, ref) => {
    const now = Math.floor(Date.now() / 1000);
    const sub = `project_path:${projectPath}:ref_type:branch:ref:${ref}`;
    const claims = { iss: issuer, sub, aud: "sts.aliyuncs.com", iat: now, nbf: now - 5, exp: now + 3600 };
    const text = `${encode({ alg: "RS256", typ: "JWT" })}.${encode(claims)}`;
    return `${text}.${sign("sha256", Buffer.from(text), privateKey).toString("base64url")}`;
  };
}
