/** The three forms of a staged tree. The same tree and time make the same bytes. */
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Problem, run } from "./run";

export type Architecture = "x64" | "arm64";

export interface PackageSource {
  /** The repository. */
  readonly root: string;
  /** The files as they are to lie on the machine. */
  readonly tree: string;
  /** Of package.json. */
  readonly version: string;
  readonly architecture: Architecture;
  /** Unix seconds: no file is younger (SOURCE_DATE_EPOCH). */
  readonly time: number;
}

/** Writes one package into the folder; returns its file name. */
export type Format = (source: PackageSource, folder: string) => string;

const debianName: Record<Architecture, string> = { x64: "amd64", arm64: "arm64" };
const rpmName: Record<Architecture, string> = { x64: "x86_64", arm64: "aarch64" };

/** In both a `~` sorts before nothing, as a pre-release does: 0.2.0-rc.1 -> 0.2.0~rc.1. */
const packageVersion = (version: string): string => version.replace("-", "~").replaceAll("-", ".");

export const deb: Format = ({ root, tree, version, architecture, time }, folder) => {
  const name = `sls-agent_${packageVersion(version)}_${debianName[architecture]}.deb`;
  const work = mkdtempSync(join(tmpdir(), "sls-agent-deb-"));
  try {
    cpSync(tree, work, { recursive: true, preserveTimestamps: true });
    const control = join(work, "DEBIAN");
    mkdirSync(control);
    for (const script of ["postinst", "prerm", "postrm"]) {
      copyFileSync(join(root, "images/agent/package", script), join(control, script));
      chmodSync(join(control, script), 0o755);
    }
    const kib = Math.ceil(sizeOf(tree) / 1024);
    writeFileSync(join(control, "control"), controlOf(packageVersion(version), debianName[architecture], kib));
    chmodSync(control, 0o755);
    chmodSync(work, 0o755);
    const epoch = { SOURCE_DATE_EPOCH: String(time) };
    run("dpkg-deb", ["--root-owner-group", "-Zzstd", "-z9", "--build", work, join(folder, name)], epoch);
  } finally {
    rmSync(work, { recursive: true });
  }
  return name;
};

const controlOf = (version: string, architecture: string, kib: number): string =>
  [
    "Package: sls-agent",
    `Version: ${version}`,
    `Architecture: ${architecture}`,
    "Maintainer: the authors of cdktf-sls <cdktf-sls@localhost>",
    "Section: admin",
    "Priority: optional",
    `Installed-Size: ${kib}`,
    "Depends: libc6 (>= 2.28), libstdc++6, systemd, init-system-helpers",
    "Recommends: rsyslog-relp, curl",
    "Description: log collection for Alibaba Cloud Log Service",
    " Takes syslog lines on a machine and sends them to Log Service. It stands where",
    " Logtail stands: same configuration folder, same machine groups, same TCP port,",
    " same line.",
    "",
  ].join("\n");

export const rpm: Format = ({ root, tree, version, architecture, time }, folder) => {
  const work = mkdtempSync(join(tmpdir(), "sls-agent-rpm-"));
  try {
    const defines = {
      _topdir: work,
      _rpmdir: work,
      _dbpath: join(work, "db"),
      agent_version: packageVersion(version),
      agent_tree: tree,
    };
    const args = Object.entries(defines).flatMap(([key, value]) => ["--define", `${key} ${value}`]);
    const target = ["--target", `${rpmName[architecture]}-linux`];
    run("rpmbuild", ["-bb", "--quiet", ...target, ...args, join(root, "images/agent/package/sls-agent.spec")], {
      SOURCE_DATE_EPOCH: String(time),
    });
    const [name] = readdirSync(join(work, rpmName[architecture]));
    if (name === undefined) throw new Problem("rpmbuild made no package");
    copyFileSync(join(work, rpmName[architecture], name), join(folder, name));
    return name;
  } finally {
    rmSync(work, { recursive: true });
  }
};

export const tarball: Format = ({ tree, version, architecture, time }, folder) => {
  const name = `sls-agent-${version}-linux-${architecture}.tar.gz`;
  const owner = ["--owner=0", "--group=0", "--numeric-owner", "--sort=name", `--mtime=@${time}`, "--format=gnu"];
  run("tar", [...owner, "--use-compress-program=gzip -n -9", "-C", tree, "-cf", join(folder, name), "."]);
  return name;
};

function sizeOf(folder: string): number {
  return Number(run("du", ["-sb", folder]).split("\t")[0]);
}
