/** Where the demo lives: the clone, a temporary folder, and the programs that it runs as a user would. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { run, type Started } from "./processes";

export const repository = resolve(__dirname, "../..");
export const bins = {
  cdktf: join(repository, "node_modules/.bin/cdktf"),
  cdktfSls: join(repository, "dist/cli/main.js"),
  agent: join(repository, "dist/sls-agent.cjs"),
};

export interface Folders {
  readonly root: string;
  readonly local: string;
  readonly app: string;
  readonly vm: string;
  readonly logs: string;
}

/** Unix sockets, rsyslog's and terraform's, take 107 bytes of path; the longest of ours is this much longer than the folder. */
const longestRoot = 107 - "/vm/rsyslog/log.sock".length - 20;

export function makeFolders(root: string): Folders {
  if (Buffer.byteLength(root) > longestRoot) {
    throw new Error(
      `the temporary folder ${root} is too deep for sockets in it; choose another: TMPDIR=/tmp npm run demo`,
    );
  }
  const folders = {
    root,
    local: join(root, "local"),
    app: join(root, "app"),
    vm: join(root, "vm"),
    logs: join(root, "logs"),
  };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  return folders;
}

/** A CDKTF project beside the clone's, so that its state and output stay out of it; the app is the clone's main.ts. */
export function writeCdktfJson(folder: string): void {
  const quoted = (path: string): string => JSON.stringify(path);
  const tsNode = join(repository, "node_modules/ts-node/dist/bin.js");
  const app = `${quoted(process.execPath)} ${quoted(tsNode)} ${quoted(join(repository, "main.ts"))}`;
  const json = { language: "typescript", app, projectId: "cdktf-sls-demo", sendCrashReports: "false" };
  writeFileSync(join(folder, "cdktf.json"), JSON.stringify(json, null, 2));
}

/** Waits for a JSON line on a program's stdout that was sent to `file`. */
export async function jsonLine<T>(
  file: string,
  process: Started,
  matches: (json: Record<string, unknown>) => boolean,
): Promise<T> {
  let ended: number | undefined;
  process.exited.then((code) => (ended = code)).catch(() => (ended = -1));
  for (const end = Date.now() + 30_000; Date.now() < end;) {
    const text = readFileSync(file, "utf8");
    for (const line of text.split("\n")) {
      if (!line.startsWith("{") || !line.endsWith("}")) continue;
      const json = JSON.parse(line) as Record<string, unknown>;
      if (matches(json)) return json as T;
    }
    if (ended !== undefined) throw new Error(`it ended with ${ended}:\n${text}`);
    await new Promise((r) => setTimeout(r, 10));
  }
  throw new Error(`it was not ready within 30 s; see ${file}`);
}

/** Environment in which programs reach the local cloud of a state folder; asked for, so that no key is in a log. */
export async function localEnv(state: string): Promise<Record<string, string>> {
  const args = [bins.cdktfSls, "local", "env", "--json", "--state", state];
  return JSON.parse(await run(process.execPath, args)) as Record<string, string>;
}
