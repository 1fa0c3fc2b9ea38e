/**
 * The provisioning scripts on distributions other than Debian, dry: with each one's package manager played by a stand-in that notes how it
 * was called. `npm run test:images` runs them for real on Debian 12; they never ran on Ubuntu or Alibaba Cloud Linux.
 */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { repository, tool } from "../support/tools";

const images = join(repository, "images");
const real = ["sh", "install", "cat", "sed", "grep", "rm", "printf", "env"];
const distributions = {
  "Debian 12": { release: "ID=debian\nVERSION_ID=12\n", managers: ["apt-get", "dpkg", "dpkg-query"], end: "deb" },
  "Ubuntu 24.04": { release: "ID=ubuntu\nVERSION_ID=24.04\n", managers: ["apt-get", "dpkg", "dpkg-query"], end: "deb" },
  "Alibaba Cloud Linux 3": { release: 'ID="alinux"\nVERSION_ID="3"\n', managers: ["dnf", "rpm"], end: "rpm" },
} as const;

interface DryMachine {
  readonly root: string;
  /** Calls of the stand-ins, in their order. */
  readonly calls: () => string[];
  readonly run: (script: string, env?: Record<string, string>) => string;
}

function dryMachine(name: keyof typeof distributions): DryMachine {
  const { release, managers, end } = distributions[name];
  const top = mkdtempSync(join(tmpdir(), "cdktf-sls-dry-"));
  onTestFinished(() => rmSync(top, { recursive: true, force: true }));
  const [root, bin, stage, log] = ["root", "bin", "stage", "calls"].map((one) => join(top, one)) as [
    string,
    string,
    string,
    string,
  ];
  for (const folder of [bin, join(root, "etc"), join(stage, "agent"), join(stage, "files")])
    mkdirSync(folder, { recursive: true });
  for (const program of real) symlinkSync(tool(program) ?? program, join(bin, program));
  // rpm -q and dpkg-query know one package of those that are wanted.
  const known = `case "$*" in *" curl"*) echo installed; exit 0 ;; esac`;
  for (const program of [...managers, "systemctl", "rsyslogd", "squid"]) {
    const says = /^(rpm|dpkg-query)$/.test(program) ? `${known}\ncase "$1" in -q|-W) exit 1 ;; esac` : "";
    writeFileSync(join(bin, program), `#!/bin/sh\necho "${program} $*" >>${log}\n${says}\n`);
    chmodSync(join(bin, program), 0o755);
  }
  writeFileSync(join(root, "etc/os-release"), release);
  writeFileSync(join(stage, "agent", `sls-agent.${end}`), "");
  writeFileSync(join(stage, "ca.pem"), "");
  cpSync(join(images, "common/files"), join(stage, "common"), { recursive: true });
  cpSync(join(images, "systemd"), join(stage, "systemd"), { recursive: true });
  cpSync(join(images, "rsyslog"), join(root, "usr/share/sls-agent/rsyslog"), { recursive: true });
  return {
    root,
    calls: () => (existsSync(log) ? readFileSync(log, "utf8").replaceAll(stage, "STAGE").trim().split("\n") : []),
    run: (script, env = {}) => {
      rmSync(log, { force: true });
      const [image] = script.split("/");
      if (image !== "common") cpSync(join(images, image ?? "", "files"), join(stage, "files"), { recursive: true });
      return execFileSync(join(bin, "sh"), [join(images, script)], {
        env: { PATH: bin, ROOT: root, STAGE: stage, ...env },
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      });
    },
  };
}

describe.each(Object.keys(distributions) as (keyof typeof distributions)[])("on %s", (name) => {
  const isRpm = distributions[name].end === "rpm";

  it("what is missing is installed, and only that", () => {
    const { run, calls } = dryMachine(name);
    run("common/scripts/10-packages.sh", { PACKAGES: "curl rsyslog-relp squid" });
    const installs = calls().filter((call) => / install /.test(call));
    expect(installs).toEqual([
      isRpm
        ? "dnf -q install -y rsyslog-relp squid"
        : "apt-get -q -o DPkg::Lock::Timeout=300 install -y --no-install-recommends rsyslog-relp squid",
    ]);
    run("common/scripts/10-packages.sh", { PACKAGES: "curl" });
    expect(calls().filter((call) => / install /.test(call))).toEqual([]);
  });

  it("the agent gets its settings, and a proxy's address that others cannot read; nothing is started", () => {
    const { root, run, calls } = dryMachine(name);
    const config = '{"region":"cn-hangzhou"}';
    run("common/scripts/20-agent.sh", {
      AGENT_CONFIG: config,
      USER_DEFINED_ID: "logtail-id-dev",
      PROXY_URL: "http://u:pw@p:3128",
    });
    const etc = join(root, "etc/ilogtail");
    expect(readFileSync(join(etc, "sls-agent.json"), "utf8")).toBe(`${config}\n`);
    expect(readFileSync(join(etc, "user_defined_id"), "utf8")).toBe("logtail-id-dev\n");
    expect(readFileSync(join(etc, "sls-agent.env"), "utf8")).toBe(
      'HTTP_PROXY="http://u:pw@p:3128"\nHTTPS_PROXY="http://u:pw@p:3128"\nNO_PROXY=100.100.100.200,127.0.0.1,localhost\n',
    );
    expect(statSync(join(etc, "sls-agent.env")).mode & 0o777).toBe(0o600);
    expect(calls()).toEqual([
      isRpm ? "rpm --upgrade --replacepkgs STAGE/agent/sls-agent.rpm" : "dpkg --install STAGE/agent/sls-agent.deb",
      "systemctl enable logtail-first-boot.service logtail.service",
    ]);
  });

  it("without a user-defined id there is no file, also where the image before had one: the instance says it", () => {
    const { root, run } = dryMachine(name);
    run("common/scripts/20-agent.sh", { AGENT_CONFIG: "{}", USER_DEFINED_ID: "logtail-id-dev" });
    run("common/scripts/20-agent.sh", { AGENT_CONFIG: "{}" });
    expect(existsSync(join(root, "etc/ilogtail/user_defined_id"))).toBe(false);
  });

  it("rsyslog forwards as was chosen, and is checked", () => {
    const { root, run, calls } = dryMachine(name);
    run("common/scripts/30-rsyslog.sh", { RSYSLOG: "relp" });
    expect(readFileSync(join(root, "etc/rsyslog.d/80-logtail.conf"), "utf8")).toContain("omrelp");
    run("common/scripts/30-rsyslog.sh", { RSYSLOG: "tcp" });
    expect(readFileSync(join(root, "etc/rsyslog.d/80-logtail.conf"), "utf8")).not.toContain("omrelp");
    expect(calls()).toEqual(["rsyslogd -N1", "systemctl enable rsyslog.service"]);
    expect(() => run("common/scripts/30-rsyslog.sh", { RSYSLOG: "udp" })).toThrow(
      "RSYSLOG must be relp or tcp, got 'udp'",
    );
  });

  it.each([
    ["app/scripts/50-todo-list.sh", "opt/todo-list/todo-list", "systemctl enable todo-list.service"],
    [
      "certman/scripts/50-certificate-updater.sh",
      "opt/certificate-updater/certificate-updater",
      "systemctl enable certificate-updater.service certificate-updater.timer",
    ],
    ["proxy/scripts/50-squid.sh", "etc/squid/squid.conf", "systemctl enable squid.service"],
  ])("%s installs and enables its service", (script, file, call) => {
    const { root, run, calls } = dryMachine(name);
    run(script);
    expect(existsSync(join(root, file))).toBe(true);
    expect(calls().at(-1)).toBe(call);
  });
});
