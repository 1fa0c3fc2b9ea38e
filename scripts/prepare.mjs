// Builds dist/: the compiled package, the bindings handed on, and the bundled agent. Run by npm at install (`prepare`), and by
// npx when it links the package into its cache: so it does nothing where dist/ is already made from these very sources.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");
const stampFile = join(dist, ".stamp");

const node = (...args) => {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  // What went wrong was printed.
  if (status !== 0) process.exit(status ?? 1);
};

/** A checksum of everything that dist/ is made from. */
function sourcesStamp() {
  const hash = createHash("sha256");
  const { include } = JSON.parse(readFileSync(join(root, "tsconfig.build.json"), "utf8"));
  const files = (path) =>
    existsSync(join(root, path)) &&
    readdirSync(join(root, path), { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
      .sort();
  const settings = ["package-lock.json", "tsconfig.json", "tsconfig.build.json", "providers/alicloud/schema.json"];
  const scripts = ["scripts/prepare.mjs", "scripts/build-agent.mjs", "providers/alicloud/generate.mjs"];
  for (const file of [...include.flatMap(files), ...[...settings, ...scripts].map((name) => join(root, name))]) {
    hash.update(file).update(readFileSync(file));
  }
  return hash.digest("hex");
}

node(join("providers", "alicloud", "generate.mjs"));
const stamp = sourcesStamp();
if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) process.exit(0);

rmSync(dist, { recursive: true, force: true });
node(join("node_modules", "typescript", "bin", "tsc"), "-p", "tsconfig.build.json");
node(join("scripts", "build-agent.mjs"));
chmodSync(join(dist, "cli", "main.js"), 0o755);

// A bundled dependency lies below our own node_modules, where an app that installs us cannot import it:
// `cdktf-sls/provider-alicloud/log-project` hands it on, one file a resource as in the provider's lib/.
const handedOn = join(dist, "provider-alicloud");
mkdirSync(handedOn, { recursive: true });
for (const entry of readdirSync(join(root, "providers", "alicloud", "lib"), { withFileTypes: true })) {
  if (!entry.isDirectory()) continue;
  const from = `"@cdktf/provider-alicloud/lib/${entry.name}"`;
  writeFileSync(join(handedOn, `${entry.name}.js`), `module.exports = require(${from});\n`);
  writeFileSync(join(handedOn, `${entry.name}.d.ts`), `export * from ${from};\n`);
}
writeFileSync(stampFile, stamp);
