/** The agent's packages, with a small program in place of the agent: made twice, looked at, installed below a folder. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect } from "vitest";
import { deb, rpm, tarball, type Architecture, type Format } from "../../scripts/packages/formats";
import { packagedFiles, stage } from "../../scripts/packages/tree";
import { temporaryFolder } from "../agent/support/folder";
import { repository, testWith, tool } from "../support/tools";

const time = 1_790_000_000;

/** Makes a package; returns its path. */
function make(format: Format, { version = "1.0.0", architecture = "x64" as Architecture } = {}): string {
  const folder = temporaryFolder();
  const [program, tree, out] = ["program", "tree", "out"].map((name) => join(folder, name)) as [string, string, string];
  mkdirSync(out);
  writeFileSync(program, `#!/bin/sh\necho ${version}\n`);
  const files = packagedFiles(program, join(repository, "LICENSE"));
  stage(repository, tree, files);
  for (const { to } of files) utimesSync(join(tree, to), time, time);
  return join(out, format({ root: repository, tree, version, architecture, time }, out));
}

function run(program: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
  expect({ status, error }, `${program} ${args.join(" ")}: ${stderr}${stdout}`).toMatchObject({ status: 0 });
  return stdout;
}

const formats: readonly [string, Format, string][] = [
  ["deb", deb, "dpkg-deb"],
  ["rpm", rpm, "rpmbuild"],
  ["tar.gz", tarball, "tar"],
];

describe("a package", () => {
  for (const [name, format, needs] of formats) {
    testWith(needs, tool(needs))(`is the same, byte for byte, when it is made again: ${name}`, () => {
      const [one, other] = [make(format), make(format)];
      expect(readFileSync(one).equals(readFileSync(other))).toBe(true);
    });
  }

  testWith("dpkg-deb", tool("dpkg-deb"))("says what it is for Debian", () => {
    const file = make(deb, { version: "0.2.0-rc.1", architecture: "arm64" });
    expect(file).toMatch(/\/sls-agent_0\.2\.0~rc\.1_arm64\.deb$/);
    expect(run("dpkg-deb", "--show", "--showformat=${Package} ${Version} ${Architecture}", file)).toBe(
      "sls-agent 0.2.0~rc.1 arm64",
    );
  });

  testWith("rpmbuild", tool("rpmbuild"))(
    "holds the same files for Debian, for Alibaba Cloud Linux and as a tarball",
    () => {
      const rpmFile = make(rpm, { version: "0.2.0-rc.1", architecture: "arm64" });
      expect(rpmFile).toMatch(/\/sls-agent-0\.2\.0~rc\.1-1\.aarch64\.rpm$/);
      const clean = (lines: string): string[] =>
        lines
          .split("\n")
          .map((line) => line.replace(/^\.?\/|\/$/g, ""))
          .filter((line) => line !== "");
      const files = packagedFiles("", "")
        .map(({ to }) => to)
        .sort();
      const listed = clean(run("rpm", "-qpl", rpmFile))
        .filter((path) => files.includes(path))
        .sort();
      expect(listed).toEqual(files);
      const tarred = clean(run("tar", "-tzf", make(tarball)))
        .filter((path) => files.includes(path))
        .sort();
      expect(tarred).toEqual(files);
      const packed = run("dpkg-deb", "--contents", make(deb)).replace(/^.* (?=\.\/)/gm, "");
      expect(
        clean(packed)
          .filter((path) => files.includes(path))
          .sort(),
      ).toEqual(files);
    },
  );
});

describe("rpm", () => {
  testWith("rpmbuild", tool("rpmbuild"))("installs the files as they were packed, upgrades and removes them", () => {
    const root = temporaryFolder();
    // The package's scripts want a running system around them.
    const rpmAt = (...args: string[]): string => run("rpm", `--root=${root}`, "--dbpath=/rpmdb", ...args);
    const quietly = ["--nodeps", "--noscripts", "--ignorearch"];
    rpmAt("--initdb");
    rpmAt("--install", ...quietly, make(rpm, { version: "1.0.0-rc.1" }));
    write(join(root, "etc/ilogtail/sls-agent.json"), "kept");
    rpmAt("--upgrade", ...quietly, make(rpm, { version: "1.0.0" }));
    expect(rpmAt("--verify", "--nodeps", "--noscripts", "sls-agent")).toBe("");
    expect(run("sh", join(root, "usr/bin/sls-agent"))).toBe("1.0.0\n");
    rpmAt("--erase", "--noscripts", "sls-agent");
    expect(existsSync(join(root, "usr/bin/sls-agent"))).toBe(false);
    expect(readFileSync(join(root, "etc/ilogtail/sls-agent.json"), "utf8")).toBe("kept");
  });
});

describe("the .rpm, as rpm and cpio read it", () => {
  const testIt = testWith("rpmbuild, rpm2cpio and cpio", tool("rpmbuild") && tool("rpm2cpio") && tool("cpio"));
  const file = (): string => make(rpm, { version: "0.2.0-rc.1" });

  testIt("is whole, of root alone, and packed in a way that rpm 4.14 knows", () => {
    const made = file();
    expect(run("rpm", "--checksig", "--nosignature", made)).toMatch(/: digests OK\n$/);
    const owners = run("rpm", "-qp", "--queryformat", "[%{FILEUSERNAME}:%{FILEGROUPNAME}\n]", made);
    expect(new Set(owners.trim().split("\n"))).toEqual(new Set(["root:root"]));
    expect(run("rpm", "-qp", "--queryformat", "%{PAYLOADFORMAT} %{PAYLOADCOMPRESSOR}", made)).toBe("cpio xz");
    const unknown = run("rpm", "-qp", "--requires", made)
      .split("\n")
      .filter(
        (line) =>
          line.startsWith("rpmlib(") &&
          !/^rpmlib\((CompressedFileNames|FileDigests|PayloadFilesHavePrefix|PayloadIsXz|TildeInVersions)\)/.test(line),
      );
    expect(unknown).toEqual([]);
  });

  testIt("unpacks to the same bytes and modes as the .deb", () => {
    const [fromRpm, fromDeb] = [temporaryFolder(), temporaryFolder()];
    run("sh", "-c", `cd '${fromRpm}' && rpm2cpio '${file()}' | cpio -idm --quiet`);
    run("dpkg-deb", "-x", make(deb, { version: "0.2.0-rc.1" }), fromDeb);
    for (const { to } of packagedFiles("", "")) {
      const [one, other] = [join(fromRpm, to), join(fromDeb, to)];
      if (!statSync(one).isDirectory()) expect(readFileSync(one).equals(readFileSync(other)), to).toBe(true);
      expect(statSync(one).mode, to).toBe(statSync(other).mode);
    }
  });

  testIt("has scripts that any shell reads, and nothing that starts the agent at its installation", () => {
    const made = file();
    const scripts = ["PREIN", "POSTIN", "PREUN", "POSTUN"].map((name) =>
      run("rpm", "-qp", "--queryformat", `%{${name}}`, made).replace("(none)", ""),
    );
    for (const text of scripts) run("sh", "-n", "-c", text);
    const [, postinst = "", preun = "", postun = ""] = scripts;
    expect(postinst).toMatch(/^systemd-sysusers sls-agent\.conf$/m);
    expect(postinst).not.toMatch(/systemctl (?:--\S+ )*(?:re)?start|enable/);
    // At an upgrade the old package's scripts run with 1: nothing is disabled, and a running agent is the new one afterwards.
    expect(preun).toContain('if [ "$1" -eq 0 ]; then systemctl disable --now logtail.service');
    expect(postun).toContain('if [ "$1" -ge 1 ]; then systemctl try-restart logtail.service');
  });
});

/** A disk that dpkg installs to; the packages' scripts run with DPKG_ROOT instead of in it. */
function disk(): { path: (file: string) => string; dpkg: (...args: string[]) => string } {
  const root = temporaryFolder();
  const path = (file: string): string => join(root, file);
  for (const folder of ["var/lib/dpkg/info", "var/lib/dpkg/updates", "etc", "usr/bin"])
    mkdirSync(path(folder), { recursive: true });
  for (const file of ["var/lib/dpkg/status", "var/lib/dpkg/available"]) writeFileSync(path(file), "");
  // Looked for below the root when a package is purged.
  writeFileSync(path("usr/bin/deb-systemd-helper"), "");
  chmodSync(path("usr/bin/deb-systemd-helper"), 0o755);
  const force = ["script-chrootless", "depends", "not-root", "bad-path"].map((what) => `--force-${what}`);
  return { path, dpkg: (...args) => run("dpkg", `--root=${root}`, `--log=${path("log")}`, ...force, ...args) };
}

const write = (file: string, text: string): void => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
};

describe("dpkg", () => {
  const testIt = testWith("dpkg and deb-systemd-helper", tool("dpkg") && tool("deb-systemd-helper"));

  testIt("installs, upgrades with the buffer kept, removes and purges", () => {
    const { path, dpkg } = disk();
    dpkg("--install", make(deb, { version: "1.0.0-rc.1" }));
    expect(readFileSync(path("etc/passwd"), "utf8")).toMatch(/^sls-agent:/m);
    const wants = path("etc/systemd/system/multi-user.target.wants");
    expect(readdirSync(wants).sort()).toEqual(["logtail-first-boot.service", "logtail.service"]);

    const [buffer, settings, ids] = [
      path("var/lib/sls-agent/buffer/p.l/1.seg"),
      path("etc/ilogtail/sls-agent.json"),
      path("etc/ilogtail/user_defined_id"),
    ];
    for (const file of [buffer, settings, ids]) write(file, "kept");
    dpkg("--install", make(deb, { version: "1.0.0" }));
    expect(run("sh", path("usr/bin/sls-agent"))).toBe("1.0.0\n");
    for (const file of [buffer, settings, ids]) expect(readFileSync(file, "utf8")).toBe("kept");

    dpkg("--remove", "sls-agent");
    expect(existsSync(path("usr/bin/sls-agent"))).toBe(false);
    expect(existsSync(path("usr/lib/systemd/system/logtail.service"))).toBe(false);
    for (const file of [buffer, settings, ids]) expect(existsSync(file)).toBe(true);

    dpkg("--purge", "sls-agent");
    expect(existsSync(path("var/lib/sls-agent"))).toBe(false);
    expect(readdirSync(path("etc/ilogtail"))).toEqual(["user_defined_id"]);
    expect(existsSync(join(wants, "logtail.service"))).toBe(false);
  });
});
