/**
 * Records test/golden/wire anew: what each outside client sends, with a fixed key and a clock that stands still.
 * Run by `npx ts-node scripts/clients/record-golden.ts [NAME ...]`; the clients come from scripts/ci-setup.sh and npm ci.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { format } from "prettier";
import { startLocalCloud } from "../../emulator";
import { runChild } from "./child";
import { recordedClients, type RecordedClient } from "./golden/clients";
import { recordedAt, recordedKey, recordedRegion, type Recording } from "./golden/recording";
import { startRecorder } from "./golden/recorder";
import { repository } from "./run-tests";

const patience = 60_000;

async function output([program, ...args]: RecordedClient["version"], env: NodeJS.ProcessEnv): Promise<string> {
  const { code, output } = await runChild(program, args, { env, cwd: repository, patience });
  if (code === 0) return output;
  throw new Error(`${program} ended with ${code}: ${output}`);
}

/** A command as somebody in the repository's folder would type it. */
const typed = (command: readonly string[]): string =>
  command
    .map((word) =>
      word === process.execPath ? "node" : word.startsWith(repository) ? relative(repository, word) : word,
    )
    .map((word) => (/^[\w./:=@-]+$/.test(word) ? word : `'${word}'`))
    .join(" ");

async function record({ client, version, commands }: RecordedClient, folder: string): Promise<Recording> {
  const cloud = await startLocalCloud({ stateDir: folder, credentials: recordedKey, now: () => recordedAt });
  const recorder = await startRecorder(cloud.port);
  const proxy = { http_proxy: recorder.url, HTTP_PROXY: recorder.url, no_proxy: "", NO_PROXY: "" };
  const env = {
    ...process.env,
    ...proxy,
    RECORDER_PORT: String(recorder.port),
    HOME: folder,
    PYTHONDONTWRITEBYTECODE: "1",
  };
  try {
    const found = /\d+\.\d+\.\d+/.exec(await output(version, process.env))?.[0] ?? "?";
    for (const command of commands) await output(command, env);
    return {
      client,
      version: found,
      commands: commands.map(typed),
      at: recordedAt.toISOString(),
      region: recordedRegion,
      ...recordedKey,
      requests: recorder.requests,
    };
  } finally {
    await recorder.close();
    await cloud.close();
  }
}

async function main(wanted: readonly string[]): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), "cdktf-sls-golden-"));
  const target = join(repository, "test", "golden", "wire");
  mkdirSync(target, { recursive: true });
  try {
    for (const client of recordedClients) {
      if (wanted.length > 0 && !wanted.includes(client.name)) continue;
      const recording = await record(client, join(root, client.name));
      const text = await format(JSON.stringify(recording), { parser: "json", printWidth: 120 });
      writeFileSync(join(target, `${client.name}.json`), text);
      process.stdout.write(`${client.name}: ${recording.requests.length} requests\n`);
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
