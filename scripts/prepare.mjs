// Builds dist/ after `npm ci`: the compiled package and the bundled agent. Skipped parts say why.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const node = (...args) => execFileSync(process.execPath, args, { cwd: root, stdio: "inherit" });

rmSync(join(root, "dist"), { recursive: true, force: true });
node(join("providers", "alicloud", "generate.mjs"));
node(join("node_modules", "typescript", "bin", "tsc"), "-p", "tsconfig.build.json");
node(join("scripts", "build-agent.mjs"));

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
