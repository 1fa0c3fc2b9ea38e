/** `npm run test:vm`: bakes the app image into a disk, boots it with a kernel of its own, and checks its limits under a flood. Exit codes as of ../main.ts. */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { colors as pc } from "../../../deploy/colors";
import { untilSignal } from "../../../cli/until-signal";
import { baseTree } from "../base-tree";
import { cache, currentPackage, needTools, runInSandbox } from "../host";
import { cloudKernel } from "./kernel";

const say = (text: string): unknown => process.stdout.write(`${text}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { package: { type: "string" }, keep: { type: "boolean", default: false } } });
  if (process.arch !== "x64") throw new Error(`the machine is an x64 one, which is not emulated on ${process.arch}`);
  needTools([
    "packer",
    "mmdebstrap",
    "unshare",
    "ip",
    "ssh",
    "ssh-keygen",
    "chroot",
    "qemu-system-x86_64",
    "qemu-img",
    "mkfs.ext4",
    "busybox",
    "cpio",
  ]);
  const agentPackage = values.package === undefined ? await currentPackage(say) : resolve(values.package);
  const base = await untilSignal((signal) => baseTree(cache, say, signal));
  const { kernel, initrd } = await cloudKernel(cache, say);
  return runInSandbox(
    join(__dirname, "inside.ts"),
    ({ work }) => [work, base, agentPackage, kernel, initrd],
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
