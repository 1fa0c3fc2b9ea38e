/**
 * `npm run test:images -- [--image app] [--package FILE] [--keep]`: bakes each image with Packer in a container, boots it, and checks
 * that it logs, whatever happens to it. Exit codes: 0 all is well, 1 something is not, 130 or 143 ended by a signal.
 */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { colors as pc } from "../../deploy/colors";
import { untilSignal } from "../../cli/until-signal";
import { baseTree } from "./base-tree";
import { cache, currentPackage, needTools, runInSandbox } from "./host";
import { imageNames, type ImageName } from "./world";

const tools = [
  "packer",
  "mmdebstrap",
  "systemd-nspawn",
  "setpriv",
  "unshare",
  "nsenter",
  "ip",
  "ssh-keygen",
  "chroot",
  "ar",
];

const usage = `npm run test:images -- [--image NAME] [--package FILE] [--keep]

  --image NAME    only this image (${imageNames.join(", ")}); may be given several times
  --package FILE  the agent's .deb (default: that in build/, made where its sources are newer)
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
  needTools(tools);
  const agentPackage = values.package === undefined ? await currentPackage(say) : resolve(values.package);
  const base = await untilSignal((signal) => baseTree(cache, say, signal));
  return runInSandbox(
    join(__dirname, "inside.ts"),
    ({ work, name }) => [work, name, base, agentPackage, ...images],
    values.keep,
  );
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${pc.red("failed:")} ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
