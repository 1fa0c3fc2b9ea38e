/** Debian's cloud kernel, and a small first file system that finds the disk; made once, then kept. */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { run } from "../run";

export interface Kernel {
  readonly kernel: string;
  readonly initrd: string;
}

/** In the order in which they need each other. */
const modules = [
  ...["drivers/virtio/virtio_ring", "drivers/virtio/virtio", "drivers/virtio/virtio_pci_modern_dev"],
  ...["drivers/virtio/virtio_pci_legacy_dev", "drivers/virtio/virtio_pci", "drivers/block/virtio_blk"],
  ...["net/core/failover", "drivers/net/net_failover", "drivers/net/virtio_net", "drivers/char/hw_random/virtio-rng"],
];

const init = `#!/bin/sh
mount -t devtmpfs dev /dev; mount -t proc proc /proc; mount -t sysfs sys /sys
for m in /modules/*; do insmod "$m"; done
i=0; while [ ! -b /dev/vda ] && [ $i -lt 200 ]; do sleep 0.05; i=$((i+1)); done
mount -t ext4 /dev/vda /new || exec sh
mount --move /dev /new/dev; umount /proc /sys
exec switch_root /new /sbin/init
`;

export async function cloudKernel(cache: string, say: (text: string) => void): Promise<Kernel> {
  const depends = await run("apt-cache", ["depends", "linux-image-cloud-amd64"]);
  const name = /Depends: (linux-image-\S+)/.exec(depends)?.[1];
  if (name === undefined) throw new Error("apt-cache knows no linux-image-cloud-amd64; run apt-get update");
  const made = createHash("sha256")
    .update(JSON.stringify([name, modules, init]))
    .digest("hex");
  const folder = join(cache, `kernel-${made.slice(0, 12)}`);
  const found: Kernel = { kernel: join(folder, "vmlinuz"), initrd: join(folder, "initrd.gz") };
  if (existsSync(found.initrd)) return found;
  for (const old of existsSync(cache) ? readdirSync(cache) : []) {
    if (/^kernel-[\w-]+$/.test(old)) rmSync(join(cache, old), { recursive: true });
  }
  say(`fetching ${name}; it is kept in ${folder}`);
  const making = `${folder}.${process.pid}`;
  mkdirSync(making, { recursive: true });
  try {
    await download(name, making);
    const deb = readdirSync(making).find((file) => file.endsWith(".deb")) ?? "";
    await run("dpkg-deb", ["-x", deb, "tree"], { cwd: making });
    const boot = join(making, "tree/boot");
    copyFileSync(
      join(boot, readdirSync(boot).find((file) => file.startsWith("vmlinuz")) ?? ""),
      join(making, "vmlinuz"),
    );
    const lib = join(making, "tree/lib/modules");
    await makeInitrd(making, join(lib, readdirSync(lib)[0] ?? "", "kernel"));
    rmSync(join(making, "tree"), { recursive: true });
    rmSync(join(making, deb));
    renameSync(making, folder);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  return found;
}

/** A list of packages that is some weeks old names files that the mirror no longer has. */
async function download(name: string, cwd: string): Promise<void> {
  const get = (): Promise<string> => run("apt-get", ["download", "-q", name], { cwd, timeoutMs: 600_000 });
  await get().catch(async () => {
    await run("apt-get", ["update", "-q"], { timeoutMs: 600_000 });
    await get();
  });
}

async function makeInitrd(making: string, kernelModules: string): Promise<void> {
  const root = join(making, "initrd");
  for (const name of ["bin", "modules", "proc", "sys", "dev", "new"]) mkdirSync(join(root, name), { recursive: true });
  copyFileSync("/bin/busybox", join(root, "bin/busybox"));
  for (const name of ["sh", "insmod", "mount", "umount", "switch_root", "sleep"])
    symlinkSync("busybox", join(root, "bin", name));
  modules.forEach((path, i) => {
    const file = join(kernelModules, `${path}.ko`);
    // What is not a module is in the kernel.
    if (existsSync(file)) copyFileSync(file, join(root, "modules", `${10 + i}-${basename(file)}`));
  });
  writeFileSync(join(root, "init"), init);
  chmodSync(join(root, "init"), 0o755);
  await run("/bin/sh", ["-ec", "find . | cpio -o -H newc --quiet | gzip -9 > ../initrd.gz"], { cwd: root });
  rmSync(root, { recursive: true });
}
