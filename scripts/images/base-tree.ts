/** The Debian that machines of the boot tests are baked from: made once by mmdebstrap, then kept. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isAlive } from "../../emulator/other-process";
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

const isTree = /^base-[0-9a-f]{12}$/;
const prefix = "making-";

/** Folder with the tree; made where it is missing, which takes about a minute and the Debian mirror. */
export async function baseTree(cache: string, say: (text: string) => void, signal?: AbortSignal): Promise<string> {
  const tree = join(cache, `base-${key}`);
  if (existsSync(tree)) return tree;
  mkdirSync(cache, { recursive: true });
  const isLeft = (name: string): boolean =>
    isTree.test(name) || (name.startsWith(prefix) && !isAlive(Number(name.slice(prefix.length))));
  for (const old of readdirSync(cache).filter(isLeft)) remove(join(cache, old));
  say(`making the base tree (${suite}, ${packages.length} packages); it is kept in ${cache}`);
  const making = join(cache, `${prefix}${process.pid}`);
  const [made, temporary] = [join(making, "tree"), join(making, "tmp")];
  mkdirSync(temporary, { recursive: true });
  try {
    const mmdebstrap = ["mmdebstrap", "--format=directory", ...settings, suite, made];
    await run("setpriv", [...alone, ...mmdebstrap], {
      env: { ...process.env, TMPDIR: temporary },
      timeoutMs: 900_000,
      onLine: (line) => {
        if (/^I: /.test(line)) say(`  ${line.slice(3)}`);
      },
      ...(signal ? { signal } : {}),
    });
    // Another run may have made it meanwhile.
    if (!existsSync(tree)) renameSync(made, tree);
  } finally {
    remove(making);
  }
  return tree;
}

/** In namespaces of its own: it and its mounts end with us, however we end. */
const alone = [
  ...["--pdeathsig", "KILL", "unshare", "--mount", "--propagation", "private"],
  ...["--pid", "--fork", "--kill-child=SIGKILL", "--mount-proc", "--"],
];

/** What was killed may still write for a moment. */
const remove = (folder: string): void =>
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
