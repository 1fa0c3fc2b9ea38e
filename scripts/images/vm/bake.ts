/** Packer's qemu source with the steps of the other sources: a disk of the base tree goes in, the image's disk comes out. */
import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assemble, templatesFolder } from "../../../images/packer/templates";
import { names, type TestCloud } from "../cloud";
import { run } from "../run";
import { Tree } from "../trees";
import { setHostname } from "../world";
import type { Kernel } from "./kernel";
import { kernelArguments } from "./virtual-machine";

export interface VmBake extends Kernel {
  readonly image: string;
  readonly base: string;
  readonly work: string;
  readonly agentPackage: string;
  readonly cloud: TestCloud;
  readonly onLine: (line: string) => void;
}

/** QEMU's own network: the machine is 10.0.2.15, and where it runs 10.0.2.2. */
const networkUnit = "[Match]\nName=eth0\n[Network]\nAddress=10.0.2.15/24\nGateway=10.0.2.2\n";

export async function bakeDisk({
  image,
  base,
  work,
  agentPackage,
  cloud,
  kernel,
  initrd,
  onLine,
}: VmBake): Promise<{ disk: string; keyFile: string }> {
  const tree = await Tree.base(base).copy(work, "vm");
  const keyFile = join(work, "vm-key");
  await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "boot test", "-f", keyFile]);
  await run("chroot", [tree.path, "ssh-keygen", "-A"]);
  // Not in root's own file: the last step of an image takes that away.
  mkdirSync(join(tree.path, "etc/ssh/sshd_config.d"), { recursive: true });
  copyFileSync(`${keyFile}.pub`, join(tree.path, "etc/ssh/boot-test.pub"));
  writeFileSync(join(tree.path, "etc/ssh/sshd_config.d/boot-test.conf"), "AuthorizedKeysFile /etc/ssh/boot-test.pub\n");
  writeFileSync(join(tree.path, "etc/systemd/network/10-test.network"), networkUnit);
  await run("chroot", [tree.path, "systemctl", "enable", "systemd-networkd.service"]);
  setHostname(tree, "vm-1");
  const start = join(work, "base.img");
  await run("truncate", ["-s", "1800M", start]);
  await run("mkfs.ext4", ["-q", "-F", "-O", "^has_journal", "-E", "lazy_itable_init=1", "-d", tree.path, start]);

  const read = assemble(templatesFolder(), image, join(work, "templates"), { plugins: false });
  const build = join(read, "build.pkr.hcl");
  const text = readFileSync(build, "utf8");
  const both = text.replace('"source.null.ci"]', '"source.null.ci", "source.qemu.vm"]');
  if (both === text) throw new Error(`${build} has no list of sources that ends in "source.null.ci"]`);
  writeFileSync(build, both);
  cpSync(join(__dirname, "vm.pkr.hcl"), join(read, "vm.pkr.hcl"));
  const given = {
    user_defined_id: names.userDefinedId,
    region: names.region,
    network: "public",
    project: names.project,
    agent_package: agentPackage,
    proxy_url: `http://10.0.2.2:${cloud.local.port}`,
    ca_file: cloud.local.caFile,
    ssh_key_file: keyFile,
    inventory: join(work, "vm-inventory.txt"),
    manifest: join(work, "vm-manifest.json"),
    vm_disk: start,
    vm_kernel: kernel,
    vm_initrd: initrd,
    vm_append: kernelArguments,
    vm_output: join(work, "vm-output"),
    vm_console: join(work, "vm-bake-console.log"),
  };
  const vars = Object.entries(given).flatMap(([name, value]) => ["-var", `${name}=${value}`]);
  await run("packer", ["build", "-color=false", "-only=qemu.vm", ...vars, "."], {
    cwd: read,
    env: {
      PATH: process.env["PATH"],
      HOME: work,
      TMPDIR: work,
      PACKER_CACHE_DIR: join(work, "packer-cache"),
      CHECKPOINT_DISABLE: "1",
    },
    onLine,
    timeoutMs: 1_800_000,
  });
  return { disk: join(given.vm_output, "image"), keyFile };
}
