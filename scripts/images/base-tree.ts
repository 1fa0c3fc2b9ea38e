/** The Debian that machines of the boot tests are baked from: made once by mmdebstrap, then kept. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run";

const suite = "bookworm";
const packages = [
  ...["systemd-sysv", "dbus", "udev", "openssh-server", "iproute2", "procps", "bsdutils"],
  ...["rsyslog", "rsyslog-relp", "curl", "python3", "ca-certificates", "openssl", "squid"],
];
/** Without a terminal the first would wait for a key for ever; the others are for machines that live longer. */
const masked = [
  ...["systemd-firstboot.service", "systemd-logind.service", "apt-daily.timer", "apt-daily-upgrade.timer"],
  ...["e2scrub_all.timer", "e2scrub_reap.service"],
];
const settings = [
  "--variant=apt",
  `--include=${packages.join(",")}`,
  "--dpkgopt=path-exclude=/usr/share/{doc,man,locale}/*",
  '--aptopt=Acquire::Languages "none"',
  `--customize-hook=chroot "$1" systemctl mask ${masked.join(" ")}`,
  // Only the image that wants it enables it.
  '--customize-hook=chroot "$1" systemctl disable squid.service',
  '--customize-hook=chroot "$1" systemctl set-default multi-user.target',
  '--customize-hook=rm -f "$1"/etc/resolv.conf "$1"/etc/ssh/ssh_host_*; echo "nameserver 127.0.0.1" > "$1/etc/resolv.conf"',
];
const key = createHash("sha256")
  .update(JSON.stringify([suite, settings]))
  .digest("hex")
  .slice(0, 12);

/** Folder with the tree; made where it is missing, which takes about a minute and the Debian mirror. */
export async function baseTree(cache: string, say: (text: string) => void): Promise<string> {
  const tree = join(cache, `base-${key}`);
  if (existsSync(tree)) return tree;
  mkdirSync(cache, { recursive: true });
  for (const old of readdirSync(cache).filter((name) => /^base-[0-9a-f]{12}$/.test(name))) {
    rmSync(join(cache, old), { recursive: true, force: true });
  }
  say(`making the base tree (${suite}, ${packages.length} packages); it is kept in ${cache}`);
  const making = join(cache, `making-${process.pid}`);
  rmSync(making, { recursive: true, force: true });
  try {
    await run("mmdebstrap", ["--format=directory", ...settings, suite, making], { timeoutMs: 900_000 });
    renameSync(making, tree);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  return tree;
}
