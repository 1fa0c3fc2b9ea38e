/**
 * The step that installs the service's own Logtail, with a stand-in for its installer logtail.sh, which cannot be had here. The stand-in leaves
 * what the published installers 1.5.6 ("newer") and those of 2020 leave: files, links, a unit or links of sysvinit, a process that runs.
 */
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../agent/support/folder";
import { repository, testWith, tool } from "../support/tools";

/** ilogtail_config.json as the installer leaves it: settings of the seeds in it, or not. */
const shipped = {
  "with its settings":
    '{\n    "cpu_usage_limit" : 0.4,\n    "streamlog_open" : false,\n    "streamlog_formats":[],\n    "oas_connect_timeout" : 5\n}\n',
  "with a setting last":
    '{\n    "streamlog_formats":[{"version": "2.1", "fields": []}],\n    "streamlog_open" : false\n}\n',
  "without its settings": '{\n    "cpu_usage_limit" : 0.4\n}\n',
};

interface Tried {
  readonly code: number | null;
  readonly said: string;
  readonly path: (file: string) => string;
}

interface Installer {
  /** What it leaves as ilogtail_config.json. */
  readonly config?: string;
  readonly version?: string;
  /** As of version 1.5: the program is a link to ilogtail_VERSION, and systemd has a unit of it. */
  readonly newer?: boolean;
  readonly before?: (path: Tried["path"]) => void;
}

/** Runs the script below a folder; `curl` brings a stand-in for logtail.sh, and `systemctl` notes its calls. */
function install(
  env: NodeJS.ProcessEnv,
  { config = shipped["with its settings"], version = "1.8.7", newer = true, before }: Installer = {},
): Tried {
  const root = temporaryFolder();
  const path = (file: string): string => join(root, file);
  const home = path("usr/local/ilogtail");
  const units = path("etc/systemd/system");
  for (const folder of ["bin", "etc/init.d", "etc/rc2.d", home.slice(root.length), "etc/systemd/system"]) {
    mkdirSync(path(folder), { recursive: true });
  }
  const program = (file: string, text: string): void => {
    writeFileSync(path(file), `#!/bin/sh\n${text}\n`);
    chmodSync(path(file), 0o755);
  };
  writeFileSync(path("config"), config);
  const appInfo = `echo '{ "logtail_version" : "${version}", "ip" : "192.0.2.1" }' >"${home}/app_info.json"`;
  const starts = newer
    ? `cp /bin/true "${home}/ilogtail_${version}"; ln -s "${home}/ilogtail_${version}" "${home}/ilogtail"
       mkdir -p "${units}/default.target.wants"; echo "[Service]" >"${units}/ilogtaild.service"
       ln -s ../ilogtaild.service "${units}/default.target.wants/ilogtaild.service"`
    : `cp /bin/true "${home}/ilogtail"; ln -s ../init.d/ilogtaild "${path("etc/rc2.d/S55ilogtaild")}"`;
  program(
    "logtail.sh",
    `echo "$*" >"${path("asked")}"; cp "${path("config")}" "${home}/ilogtail_config.json"
    printf '#!/bin/sh\\necho "$1" >>"${path("stopped")}"\\n' >"${path("etc/init.d/ilogtaild")}"
    chmod 755 "${path("etc/init.d/ilogtaild")}"
    cat "${path("etc/ilogtail/user_defined_id")}" >"${path("id-while-it-ran")}" 2>/dev/null
    ${starts}
    ${appInfo}`,
  );
  program(
    "bin/curl",
    `for last; do :; done; echo "$last" >"${path("url")}"; while [ "$1" != -o ]; do shift; done; cp "${path("logtail.sh")}" "$2"`,
  );
  program("bin/systemctl", `echo "$*" >>"${path("systemctl")}"`);
  before?.(path);
  const { status, stdout, stderr } = spawnSync(join(repository, "images/logtail-official/install.sh"), {
    encoding: "utf8",
    env: { PATH: `${path("bin")}:${process.env["PATH"]}`, ROOT: root, ...env },
  });
  return { code: status, said: `${stdout}${stderr}`, path };
}

const usual = { REGION: "cn-hangzhou", USER_DEFINED_ID: "logtail-id-dev" };

it.each(Object.entries(shipped))("sets what the seeds set, in a config %s", (_, config) => {
  const { code, said, path } = install(usual, { config });
  expect({ code, said }).toEqual({ code: 0, said: "Logtail 1.8.7 is installed\n" });
  const read = (file: string): string => readFileSync(path(file), "utf8");
  expect(read("url")).toBe("https://logtail-release-cn-hangzhou.oss-cn-hangzhou.aliyuncs.com/linux64/logtail.sh\n");
  expect(read("asked")).toBe("install cn-hangzhou\n");
  expect(JSON.parse(read("usr/local/ilogtail/ilogtail_config.json"))).toMatchObject({
    streamlog_open: true,
    streamlog_formats: [{ version: "0.1", fields: [] }],
    streamlog_tcp_addr: "127.0.0.1",
    streamlog_tcp_port: 11111,
  });
  expect(read("etc/ilogtail/user_defined_id")).toBe("logtail-id-dev\n");
  for (const there of [
    "usr/lib/systemd/system/logtail.service",
    "usr/lib/systemd/system/logtail-first-boot.service",
    "usr/lib/systemd/system/rsyslog.service.d/10-after-logtail.conf",
    "usr/share/sls-agent/rsyslog/80-logtail-tcp.conf",
  ]) {
    expect(existsSync(path(there)), there).toBe(true);
  }
  for (const program of ["first-boot", "clean-image"]) {
    expect(statSync(path(`usr/lib/sls-agent/${program}`)).mode & 0o777).toBe(0o755);
  }
  expect(read("systemctl")).toBe("daemon-reload\nenable logtail-first-boot.service logtail.service\n");
});

it.each([
  ["newer", true, "etc/systemd/system/ilogtaild.service"],
  ["older", false, "etc/rc2.d/S55ilogtaild"],
])(
  "leaves nothing of a %s Logtail that would start it besides our unit, or say who made the image",
  (_, newer, own) => {
    const { code, path } = install(usual, { newer });
    expect(code).toBe(0);
    expect(readFileSync(path("stopped"), "utf8")).toBe("stop\n");
    for (const gone of [
      own,
      "etc/init.d/ilogtaild",
      "etc/systemd/system/default.target.wants/ilogtaild.service",
      "usr/local/ilogtail/app_info.json",
    ]) {
      expect(() => lstatSync(path(gone)), gone).toThrow(/ENOENT/);
    }
  },
);

it("goes on when no process of it is left, and not when its start script says that it is stopped", () => {
  const before = (path: Tried["path"]): void => {
    const home = path("usr/local/ilogtail");
    const runs = `cp "$(command -v sleep)" "${home}/ilogtail_run"; "${home}/ilogtail_run" 60 >"${path("out")}" 2>&1 & echo $! >"${path("pid")}"`;
    // Until then it is a shell, and no Logtail that could be missed.
    const itself = `until [ "$(readlink "/proc/$!/exe")" = "$(readlink -f "${home}/ilogtail_run")" ]; do :; done`;
    const stop = `(sleep 0.5; kill "$(cat "${path("pid")}")") >"${path("out")}" 2>&1 &`;
    appendFileSync(
      path("logtail.sh"),
      `${runs}\n${itself}\nprintf '%s\\n' '#!/bin/sh' '${stop}' >"${path("etc/init.d/ilogtaild")}"\n`,
    );
  };
  const { code, path } = install(usual, { before });
  const pid = Number(readFileSync(path("pid"), "utf8"));
  expect(code).toBe(0);
  // It may be there yet for whoever is to ask how it ended; it runs nothing.
  expect(() => readlinkSync(`/proc/${pid}/exe`)).toThrow(/ENOENT/);
});

it("has no user-defined id while its installer runs it: the machine that is baked is in no group", () => {
  const before = (path: Tried["path"]): void => {
    mkdirSync(path("etc/ilogtail"));
    writeFileSync(path("etc/ilogtail/user_defined_id"), "of-the-source-image\n");
  };
  const { path } = install({ REGION: "cn-hangzhou" }, { before });
  expect(readFileSync(path("id-while-it-ran"), "utf8")).toBe("");
  // And none after it, where each machine takes it from its instance.
  expect(existsSync(path("etc/ilogtail/user_defined_id"))).toBe(false);
});

it.each([
  [{}, "install cn-hangzhou\n"],
  [{ NETWORK: "public" }, "install cn-hangzhou-internet\n"],
  [{ NETWORK: "share", LOGTAIL_VERSION: "1.8.7" }, "install cn-hangzhou-inner -v 1.8.7\n"],
])("asks the installer for an endpoint and a version: %j", (env, asked) => {
  const { path } = install({ ...usual, ...env });
  expect(readFileSync(path("asked"), "utf8")).toBe(asked);
});

it("gets a proxy's address that others cannot read", () => {
  const { path } = install({ ...usual, PROXY_URL: "http://u:pw@p:3128" });
  const file = path("etc/ilogtail/sls-agent.env");
  expect(readFileSync(file, "utf8")).toBe(
    'HTTP_PROXY="http://u:pw@p:3128"\nHTTPS_PROXY="http://u:pw@p:3128"\nNO_PROXY=100.100.100.200,127.0.0.1,localhost\n',
  );
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it("tells an image's inventory what was installed", () => {
  const stage = temporaryFolder();
  cpSync(join(repository, "images/logtail-official"), join(stage, "agent"), { recursive: true, dereference: true });
  expect(install({ ...usual, STAGE: stage })).toMatchObject({ code: 0 });
  expect(readFileSync(join(stage, "inventory.more"), "utf8")).toMatch(/^logtail\t1\.8\.7\t\w+\tgeneric\n$/);
});

it.each([true, false])("refuses a Logtail that knows no forward proxy (newer installer: %j)", (newer) => {
  const { code, said } = install(usual, { version: "1.0.34", newer });
  expect({ code, said }).toEqual({ code: 1, said: "logtail-official: Logtail 1.0.34 is older than 1.5.0\n" });
});

it.each([
  [{ USER_DEFINED_ID: "a" }, "REGION must be set, such as cn-hangzhou"],
  [{ ...usual, USER_DEFINED_ID: "a b" }, "USER_DEFINED_ID must be one id without spaces, got 'a b'"],
  [{ ...usual, NETWORK: "vpc" }, "NETWORK must be intranet, public or share, got 'vpc'"],
  [{ ...usual, LOGTAIL_VERSION: "1.8.5" }, "Logtail 1.8.7 was installed, and not 1.8.5"],
])("says what is wrong: %j", (env, problem) => {
  expect(install(env)).toMatchObject({ code: 1, said: `logtail-official: ${problem}\n` });
});

it("is not installed besides sls-agent", () => {
  const before = (path: Tried["path"]): void => {
    mkdirSync(path("usr/bin"), { recursive: true });
    writeFileSync(path("usr/bin/sls-agent"), "");
  };
  const { code, said } = install(usual, { before });
  expect(code).toBe(1);
  expect(said).toBe(
    "logtail-official: sls-agent is installed, and both take the same port; start from an image without it, or remove its package\n",
  );
});

it("an address of the installer that is signed is not shown", () => {
  const before = (path: Tried["path"]): void => {
    writeFileSync(path("bin/curl"), "#!/bin/sh\nexit 22\n");
  };
  const url = "https://mirror.example/logtail.sh?Signature=geheim";
  expect(install({ ...usual, LOGTAIL_URL: url }, { before }).said).toBe(
    "logtail-official: https://mirror.example/logtail.sh could not be fetched; LOGTAIL_URL names another place\n",
  );
});

testWith("systemd-analyze", tool("systemd-analyze"))("has a unit in which systemd finds nothing wrong", () => {
  const root = temporaryFolder();
  const units = join(root, "usr/lib/systemd/system");
  mkdirSync(units, { recursive: true });
  spawnSync("cp", ["-a", "/lib/systemd/system/.", units]);
  const program = join(root, "usr/local/ilogtail/ilogtail");
  mkdirSync(join(root, "usr/local/ilogtail"), { recursive: true });
  writeFileSync(program, "#!/bin/sh\n");
  chmodSync(program, 0o755);
  writeFileSync(
    join(units, "logtail.service"),
    readFileSync(join(repository, "images/logtail-official/logtail.service")),
  );
  const { stdout, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", `--root=${root}`, "logtail.service"]);
  expect(`${stdout.toString()}${stderr.toString()}`).toBe("");
});
