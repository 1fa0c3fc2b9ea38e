import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Credentials } from "../sls/wire/request";

/** The account's own access key in the state folder, made at the first start. */
export function keptCredentials(stateDir: string): Credentials {
  const file = join(stateDir, "access-key.json");
  if (existsSync(file)) return readCredentials(file);
  const made = {
    accessKeyId: `LTAILOCAL${randomBytes(8).toString("hex")}`,
    accessKeySecret: randomBytes(20).toString("hex"),
  };
  writeFileSync(file, JSON.stringify(made), { mode: 0o600 });
  return made;
}

function readCredentials(file: string): Credentials {
  try {
    const { accessKeyId, accessKeySecret } = JSON.parse(readFileSync(file, "utf8")) as Partial<Credentials>;
    if (accessKeyId && accessKeySecret) return { accessKeyId, accessKeySecret };
  } catch {
    // Said below, without what is in the file.
  }
  throw new Error(`${file} holds no access key; remove it, and the next start makes a new one`);
}
