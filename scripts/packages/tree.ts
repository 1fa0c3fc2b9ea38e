/** What the agent's packages put on a machine. */
import { chmodSync, copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";

export interface PackagedFile {
  /** On the machine. */
  readonly to: string;
  /** In the repository; left out: a folder. */
  readonly from?: string;
  readonly mode: number;
}

const file = (to: string, from: string, mode = 0o644): PackagedFile => ({ to, from, mode });

/** `binary` is the executable of `npm run build:agent`, `nodeLicense` the licence of the Node in it. */
export const packagedFiles = (binary: string, nodeLicense: string): readonly PackagedFile[] => [
  file("usr/bin/sls-agent", binary, 0o755),
  file("usr/lib/sls-agent/first-boot", "images/agent/first-boot.sh", 0o755),
  file("usr/lib/sls-agent/clean-image", "images/agent/clean-image.sh", 0o755),
  file("usr/lib/systemd/system/logtail.service", "images/agent/logtail.service"),
  file("usr/lib/systemd/system/logtail-first-boot.service", "images/agent/logtail-first-boot.service"),
  file(
    "usr/lib/systemd/system/rsyslog.service.d/10-after-logtail.conf",
    "images/systemd/rsyslog.service.d/10-after-logtail.conf",
  ),
  file("usr/lib/sysusers.d/sls-agent.conf", "images/agent/sls-agent.sysusers"),
  file("usr/share/sls-agent/rsyslog/80-logtail.conf", "images/rsyslog/80-logtail.conf"),
  file("usr/share/sls-agent/rsyslog/80-logtail-tcp.conf", "images/rsyslog/80-logtail-tcp.conf"),
  file("usr/share/doc/sls-agent/agent.md", "docs/agent.md"),
  file("usr/share/doc/sls-agent/images.md", "docs/images.md"),
  file("usr/share/doc/sls-agent/copyright", "LICENSE"),
  file("usr/share/doc/sls-agent/copyright.node", nodeLicense),
  { to: "etc/ilogtail", mode: 0o755 },
];

/** Copies them below `folder`, whatever the umask is. */
export function stage(root: string, folder: string, files: readonly PackagedFile[]): void {
  for (const { to, from, mode } of files) {
    const path = join(folder, to);
    makeFolder(folder, from === undefined ? to : dirname(to));
    if (from !== undefined) copyFileSync(from.startsWith("/") ? from : join(root, from), path);
    chmodSync(path, mode);
  }
}

function makeFolder(top: string, folder: string): void {
  if (folder === ".") return;
  makeFolder(top, dirname(folder));
  mkdirSync(join(top, folder), { recursive: true });
  chmodSync(join(top, folder), 0o755);
}
