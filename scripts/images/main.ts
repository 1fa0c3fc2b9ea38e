/**
 * `npm run test:images -- [--image app] [--package FILE] [--keep]`: bakes each image with Packer in a container, boots it, and checks
 * that it logs, whatever happens to it. Exit codes: 0 all is well, 1 something is not, 130 or 143 ended by a signal.
 */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { colors as pc } from "../../deploy/colors";
import { findOnPath } from "../../deploy/terraform-binary";
import { newestPackage } from "../../images/packer";
import { baseTree } from "./base-tree";
import { closeSandbox, openSandbox, startInside } from "./sandbox";
import { imageNames, type ImageName } from "./world";

const repository = resolve(__dirname, "../..");
const cache = join(repository, ".cache", "images");
const tools = ["packer", "mmdebstrap", "systemd-nspawn", "unshare", "nsenter", "ip", "ssh-keygen", "chroot", "ar"];

const usage = `npm run test:images -- [--image NAME] [--package FILE] [--keep]

  --image NAME    only this image (${imageNames.join(", ")}); may be given several times
  --package FILE  the agent's .deb (default: the newest in build/, made by npm run build:packages)
  --keep          leave logs, consoles and trees of the run in .cache/images`;

const say = (text: string): unknown => process.stdout.write(`${text}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      image: { type: "string", multiple: true },
      package: { type: "string" },
      keep: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    say(usage);
    return 0;
  }
  const images = values.image ?? imageNames;
  const unknown = images.find((name) => !imageNames.includes(name as ImageName));
  if (unknown !== undefined)
    throw new Error(`--image must be of ${imageNames.join(", ")}, got ${JSON.stringify(unknown)}`);
  const path = `${process.env["PATH"]}:/usr/sbin:/sbin`;
  process.env["PATH"] = path;
  const missing = tools.filter((name) => findOnPath(name, { PATH: path }) === undefined);
  if (missing.length > 0) throw new Error(`${missing.join(", ")}: not installed; run scripts/ci-setup.sh`);
  if (process.getuid?.() !== 0) throw new Error("machines can be booted by root alone; run it as root");

  const agentPackage = resolve(values.package ?? newestPackage(join(repository, "build")));
  const base = await baseTree(cache, say);
  const sandbox = openSandbox(cache);
  const tsNode = join(repository, "node_modules/ts-node/dist/bin.js");
  const args = [tsNode, join(__dirname, "inside.ts"), sandbox.work, sandbox.name, base, agentPackage, ...images];
  const child = startInside(sandbox, process.execPath, args, process.env);
  const ended = new Promise<number>((done) => child.on("close", (code) => done(code ?? 1)));
  let signalled: NodeJS.Signals | undefined;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      signalled = signal;
      // unshare's end is the end of all in the sandbox.
      child.kill("SIGKILL");
    });
  }
  const code = await ended;
  if (values.keep) say(`kept: ${sandbox.work}`);
  await closeSandbox(values.keep ? { ...sandbox, work: join(sandbox.work, "cloud") } : sandbox);
  if (signalled === undefined) return code;
  process.removeAllListeners(signalled);
  process.kill(process.pid, signalled);
  return new Promise<number>(() => undefined);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${pc.red("failed:")} ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
