// Builds dist/ after `npm ci`: the compiled package and the bundled agent. Skipped parts say why.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const node = (...args) => {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  // What went wrong was printed.
  if (status !== 0) process.exit(status ?? 1);
};

rmSync(join(root, "dist"), { recursive: true, force: true });
node(join("providers", "alicloud", "generate.mjs"));
node(join("node_modules", "typescript", "bin", "tsc"), "-p", "tsconfig.build.json");
node(join("scripts", "build-agent.mjs"));

// A bundled dependency lies below our own node_modules, where an app that installs us cannot import it:
// `cdktf-sls/provider-alicloud/log-project` hands it on, one file a resource as in the provider's lib/.
const bindings = join(root, "providers", "alicloud", "lib");
const handedOn = join(root, "dist", "provider-alicloud");
mkdirSync(handedOn, { recursive: true });
for (const entry of readdirSync(bindings, { withFileTypes: true })) {
  if (!entry.isDirectory()) continue;
  const from = `"@cdktf/provider-alicloud/lib/${entry.name}"`;
  writeFileSync(join(handedOn, `${entry.name}.js`), `module.exports = require(${from});\n`);
  writeFileSync(join(handedOn, `${entry.name}.d.ts`), `export * from ${from};\n`);
}

// npm links the bins of dependencies, not those of the package itself; with these two, `npx cdktf-sls` works in a clone.
const bin = join(root, "node_modules", ".bin");
mkdirSync(bin, { recursive: true });
for (const [name, target] of [
  ["cdktf-sls", "dist/cli/main.js"],
  ["sls-agent", "dist/sls-agent.cjs"],
]) {
  chmodSync(join(root, target), 0o755);
  rmSync(join(bin, name), { force: true });
  symlinkSync(join("..", "..", target), join(bin, name));
}
