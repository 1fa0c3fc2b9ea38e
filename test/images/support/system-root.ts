/** A folder that stands for a machine's disk, for `systemd-analyze verify --root`: the units of this system, ours, and stubs. */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { packagedFiles, stage } from "../../../scripts/packages/tree";
import { repository } from "../../support/tools";

const units = "usr/lib/systemd/system";

/** As Debian 12 and Ubuntu order cloud-init: its last stage comes after multi-user.target. */
const cloudInit = {
  "cloud-init-local.service": "DefaultDependencies=no\nBefore=network-pre.target sysinit.target",
  "cloud-init.service":
    "DefaultDependencies=no\nAfter=cloud-init-local.service\nBefore=network-online.target sysinit.target",
  "cloud-config.target":
    "Wants=cloud-init-local.service cloud-init.service\nAfter=cloud-init-local.service cloud-init.service",
  "cloud-config.service":
    "Wants=network-online.target cloud-config.target\nAfter=network-online.target cloud-config.target",
  "cloud-final.service":
    "Wants=network-online.target cloud-config.service\nAfter=cloud-config.service multi-user.target",
  "cloud-init.target": "Wants=cloud-config.service cloud-final.service\nAfter=multi-user.target",
};

/** The units that the images' own programs have: they only need to be there. */
const programs = ["rsyslog", "todo-list", "certificate-updater"];
const enabled = ["cloud-init.target", "logtail.service", ...programs.map((name) => `${name}.service`)];

export interface SystemRoot {
  readonly path: string;
  /** Replaces or adds a unit. */
  write(unit: string, text: string): void;
  /** What systemd-analyze has to say; empty when it finds nothing wrong. Its exit code is 0 even for unknown keys and circles. */
  verify(): string;
}

export function systemRoot(path: string): SystemRoot {
  for (const folder of ["/usr/lib/systemd/system", "/lib/systemd/system"]) {
    mkdirSync(join(path, units), { recursive: true });
    // Links to /dev/null among them: more than cpSync can do.
    if (existsSync(folder)) execFileSync("cp", ["-a", `${folder}/.`, join(path, units)]);
  }
  const put = (file: string, text: string, mode = 0o644): void => {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), text);
    chmodSync(join(path, file), mode);
  };
  const write = (unit: string, text: string): void => put(join(units, unit), text);
  for (const program of ["bin/true", "bin/kill", "usr/bin/sls-agent"]) put(program, "#!/bin/sh\n", 0o755);
  for (const [unit, ordering] of Object.entries(cloudInit)) {
    const service = unit.endsWith(".service") ? "\n[Service]\nType=oneshot\nExecStart=/bin/true\n" : "";
    write(unit, `[Unit]\n${ordering}\n${service}`);
  }
  for (const name of programs) write(`${name}.service`, "[Service]\nExecStart=/bin/true\n");
  const ours = packagedFiles("", "").filter(({ to }) => /systemd|first-boot/.test(to));
  stage(repository, path, ours);
  for (const name of programs.slice(1)) {
    const dropIns = `${name}.service.d`;
    cpSync(join(repository, "images/systemd", dropIns), join(path, units, dropIns), { recursive: true });
  }
  const wants = "etc/systemd/system/multi-user.target.wants";
  mkdirSync(join(path, wants), { recursive: true });
  for (const unit of enabled) symlinkSync(`/${units}/${unit}`, join(path, wants, unit));
  return {
    path,
    write,
    verify: () => {
      const args = ["verify", "--man=no", `--root=${path}`, "multi-user.target", ...enabled];
      const { stdout, stderr } = spawnSync("systemd-analyze", args, { encoding: "utf8" });
      return `${stdout}${stderr}`;
    },
  };
}
