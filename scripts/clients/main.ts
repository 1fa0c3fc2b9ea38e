/**
 * `npm run test:clients`: clients that we did not write judge the local cloud.
 * Exit codes: 0 all green, 1 a failure or a request that is not served, 2 wrong arguments.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startLocalCloud } from "../../emulator";
import { judge, missing, type Verdict } from "./judge";
import { suites } from "./suites";
import { complaints, isGreen, table } from "./table";

const names = suites.map(({ name }) => name);
const usage = `npm run test:clients -- [--json] [CLIENT ...]

  CLIENT   ${names.join(", ")}; all of them where none is named
  --json   the verdicts as JSON`;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(json: boolean, wanted: readonly string[]): Promise<number> {
  const chosen = suites.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  const root = mkdtempSync(join(tmpdir(), "cdktf-sls-clients-"));
  const clean = (): void => rmSync(root, { recursive: true, force: true });
  process.once("exit", clean);
  const cloud = await startLocalCloud({ stateDir: join(root, "cloud") });
  try {
    const verdicts: Verdict[] = [];
    for (const suite of chosen) {
      const why = suite.missing();
      if (!json) process.stderr.write(`${suite.name} ...\n`);
      verdicts.push(
        why === undefined ? await judge(suite, cloud, root) : missing(suite, why, process.env["CI"] === "true"),
      );
    }
    if (json) say(JSON.stringify(verdicts, null, 2));
    else say([complaints(verdicts), table(verdicts)].filter(Boolean).join("\n\n"));
    return isGreen(verdicts) ? 0 : 1;
  } finally {
    await cloud.close();
  }
}

function wrong(problem: string): never {
  process.stderr.write(`${problem}\n\n${usage}\n`);
  process.exit(2);
}

function argumentsOf(): { json: boolean; wanted: string[] } {
  try {
    const options = { json: { type: "boolean", default: false }, help: { type: "boolean", short: "h" } } as const;
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (values.help) {
      say(usage);
      process.exit(0);
    }
    return { json: values.json, wanted: positionals };
  } catch (error) {
    return wrong((error as Error).message);
  }
}

const { json, wanted } = argumentsOf();
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) wrong(`no such client: ${unknown.join(", ")}`);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
main(json, wanted).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
