/** The script that installs the service's own Logtail, with a stand-in for the installer: the real one cannot be had here. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
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

/** Runs the script below a folder; `curl` brings a logtail.sh that leaves this config and this version. */
function install(config: string, version: string, env: NodeJS.ProcessEnv): Tried {
  const root = temporaryFolder();
  const path = (file: string): string => join(root, file);
  for (const folder of ["bin", "etc/init.d", "usr/local/ilogtail"]) mkdirSync(path(folder), { recursive: true });
  const program = (file: string, text: string): void => {
    writeFileSync(path(file), `#!/bin/sh\n${text}\n`);
    chmodSync(path(file), 0o755);
  };
  writeFileSync(path("config"), config);
  program("etc/init.d/ilogtaild", `echo "$1" >>"${path("stopped")}"`);
  const home = path("usr/local/ilogtail");
  program(
    "logtail.sh",
    `echo "$*" >"${path("asked")}"; cp "${path("config")}" "${home}/ilogtail_config.json"
    echo '{ "logtail_version" : "${version}" }' >"${home}/app_info.json"`,
  );
  program(
    "bin/curl",
    `for last; do :; done; echo "$last" >"${path("url")}"; while [ "$1" != -o ]; do shift; done; cp "${path("logtail.sh")}" "$2"`,
  );
  const { status, stdout, stderr } = spawnSync(join(repository, "images/logtail-official/install.sh"), {
    encoding: "utf8",
    env: { PATH: `${path("bin")}:${process.env["PATH"]}`, ROOT: root, ...env },
  });
  return { code: status, said: `${stdout}${stderr}`, path };
}

const usual = { REGION: "cn-hangzhou", USER_DEFINED_ID: "logtail-id-dev" };

it.each(Object.entries(shipped))("sets what the seeds set, in a config %s", (_, config) => {
  const { code, said, path } = install(config, "1.8.7", usual);
  expect({ code, said }).toEqual({ code: 0, said: "Logtail 1.8.7 is installed\n" });
  const read = (file: string): string => readFileSync(path(file), "utf8");
  expect(read("url")).toBe("https://logtail-release-cn-hangzhou.oss-cn-hangzhou.aliyuncs.com/linux64/logtail.sh\n");
  expect(read("asked")).toBe("install auto\n");
  expect(JSON.parse(read("usr/local/ilogtail/ilogtail_config.json"))).toMatchObject({
    streamlog_open: true,
    streamlog_formats: [{ version: "0.1", fields: [] }],
  });
  expect(read("etc/ilogtail/user_defined_id")).toBe("logtail-id-dev\n");
  expect(read("stopped")).toBe("stop\n");
  for (const gone of ["usr/local/ilogtail/app_info.json", "etc/init.d/ilogtaild"])
    expect(existsSync(path(gone))).toBe(false);
  for (const there of ["etc/systemd/system/logtail.service", "usr/lib/sls-agent/first-boot"]) {
    expect(existsSync(path(there))).toBe(true);
  }
});

it("refuses a Logtail that knows no forward proxy", () => {
  const { code, said } = install(shipped["with its settings"], "1.0.34", usual);
  expect({ code, said }).toEqual({ code: 1, said: "logtail-official: Logtail 1.0.34 is older than 1.5.0\n" });
});

it.each([
  [{ USER_DEFINED_ID: "a" }, "REGION must be set, such as cn-hangzhou"],
  [{ REGION: "cn-hangzhou" }, "USER_DEFINED_ID must be set, such as logtail-id-dev: the machine group names it"],
  [{ ...usual, USER_DEFINED_ID: "a b" }, "USER_DEFINED_ID must be one id without spaces and commas, got 'a b'"],
])("says what is missing: %j", (env, problem) => {
  expect(install("{}", "1.8.7", env)).toMatchObject({ code: 1, said: `logtail-official: ${problem}\n` });
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
