/** `npm run test:faults`: kills, outages, clocks and disks, with a table of what came of each. Exit codes: vitest's, or 2 for wrong arguments. */
import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

const usage = `npm run test:faults -- [--short] [--json FILE] [NAME ...]

  NAME         parts of file names: agent-kill, relp, time, ...; all of them where none is given
  --short      the cases that CI runs, with fewer kills: less than a minute
  --json FILE  the table as JSON, too`;

const root = resolve(__dirname, "../..");

function start({ short, json }: { short: boolean; json?: string | undefined }, names: readonly string[]): void {
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const config = ["--config", join("test", "faults", "vitest.config.mts")];
  const child = spawn(
    process.execPath,
    [vitest, "run", ...config, ...(short ? ["--tags-filter", "short"] : []), ...names],
    {
      cwd: root,
      stdio: "inherit",
      env: {
        ...process.env,
        // Of vite, about a way to load its configuration that this one does not use.
        VITE_CONFIG_NATIVE_IGNORE_WARNING: "true",
        ...(short ? { SLS_FAULTS: "short" } : {}),
        ...(json === undefined ? {} : { SLS_FAULTS_JSON: resolve(json) }),
      },
    },
  );
  child.on("exit", (code) => process.exit(code ?? 1));
}

try {
  const { values, positionals } = parseArgs({
    options: {
      short: { type: "boolean", default: false },
      json: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
    allowPositionals: true,
  });
  if (values.help) process.stdout.write(`${usage}\n`);
  else start(values, positionals);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n\n${usage}\n`);
  process.exit(2);
}
