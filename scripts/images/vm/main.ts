/**
 * `npm run test:vm -- [--if-changed] [--package FILE] [--keep]`: bakes the app image into a disk, boots it with a kernel of its own, and
 * checks its limits under a flood. Exit codes as of ../main.ts.
 */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { colors as pc } from "../../../deploy/colors";
import { untilSignal } from "../../../cli/until-signal";
import { baseTree } from "../base-tree";
import { cache, currentPackage, needTools, repository, runInSandbox } from "../host";
import { cloudKernel } from "./kernel";
import { inputsHash, noteRun, passedBefore } from "./passed";

const tools = [
  ...["packer", "mmdebstrap", "setpriv", "unshare", "ip", "ssh", "ssh-keygen", "chroot", "apt-get", "dpkg-deb"],
  ...["qemu-system-x86_64", "qemu-img", "mkfs.ext4", "busybox", "cpio"],
];

const usage = `npm run test:vm -- [--if-changed] [--package FILE] [--keep]

  --if-changed    only where what the image is made from has changed since the test last passed on this machine
  --package FILE  the agent's .deb (default: that in build/, made where its sources are newer)
  --keep          leave logs, consoles and the disk of the run in .cache/images`;

const say = (text: string): unknown => process.stdout.write(`${text}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      "if-changed": { type: "boolean", default: false },
      package: { type: "string" },
      keep: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    say(usage);
    return 0;
  }
  const hash = inputsHash(repository);
  if (values["if-changed"] && passedBefore(cache, hash)) {
    say(`unchanged since it passed on this machine (${hash}): not run again; without --if-changed it is`);
    return 0;
  }
  if (process.arch !== "x64") throw new Error(`the machine is an x64 one, which is not emulated on ${process.arch}`);
  needTools(tools);
  const agentPackage = values.package === undefined ? await currentPackage(say) : resolve(values.package);
  const base = await untilSignal((signal) => baseTree(cache, say, signal));
  const { kernel, initrd } = await cloudKernel(cache, say);
  noteRun(cache, hash, false);
  const code = await runInSandbox(
    join(__dirname, "inside.ts"),
    ({ work }) => [work, base, agentPackage, kernel, initrd],
    values.keep,
  );
  // What another package passed says nothing of these sources, nor does what was written to them meanwhile.
  if (values.package === undefined && inputsHash(repository) === hash) noteRun(cache, hash, code === 0);
  return code;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${pc.red("failed:")} ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
