/** The first-boot script below a folder that stands for a disk, with the local cloud's metadata service. */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { startLocalCloud } from "../../emulator";
import { temporaryFolder } from "../agent/support/folder";
import { repository, tool } from "../support/tools";

interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const script = (name: string, root: string, metadata = "", path = process.env["PATH"]): Promise<Said> =>
  new Promise((resolve) => {
    const env = { PATH: path, ROOT: root, ALIBABA_CLOUD_ECS_METADATA_SERVICE_ENDPOINT: metadata };
    execFile(join(repository, "images/agent", name), { env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });

interface Disk {
  readonly root: string;
  write(files: Readonly<Record<string, string>>): void;
  read(file: string): string | undefined;
  /** All that was put aside below a folder. */
  former(folder: string): string[];
}

/** A disk as an image is made of it: with an id of its own. */
function disk(): Disk {
  const root = temporaryFolder();
  const path = (file: string): string => join(root, file);
  const write = (files: Readonly<Record<string, string>>): void => {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(path(file)), { recursive: true });
      writeFileSync(path(file), text);
    }
  };
  write({ "etc/ilogtail/user_defined_id": "logtail-id-dev\n", "etc/machine-id": "aaaa\n" });
  return {
    root,
    write,
    read: (file) => (existsSync(path(file)) ? readFileSync(path(file), "utf8") : undefined),
    former: (folder) => {
      const at = path(`${folder}/former`);
      return existsSync(at)
        ? readdirSync(at)
            .flatMap((time) => readdirSync(join(at, time)))
            .sort()
        : [];
    },
  };
}

/** What a machine that has run for a while leaves. */
const traces = {
  "var/lib/sls-agent/buffer/p.l/1.seg": "lines",
  "var/lib/sls-agent/configs.json": "{}",
  "var/lib/sls-agent/set-aside/p.l.jsonl": "{}",
  "var/spool/rsyslog/fwdRule1.qi": "x",
  "var/spool/rsyslog/fwdRule1.00000001": "x",
  "var/spool/rsyslog/other": "x",
};

/** And with Logtail. */
const ofLogtail = {
  "usr/local/ilogtail/app_info.json": "{}",
  "usr/local/ilogtail/ilogtail_config.json": "{}",
  "usr/local/ilogtail/logtail_buffer_file_1640782163": "x",
};

/** The metadata service of an instance; resolves with its URL. */
async function instance(instanceId: string, userData?: string): Promise<string> {
  const metadata = {
    port: 0,
    instanceId,
    tokens: "required" as const,
    ...(userData === undefined ? {} : { userData }),
  };
  const cloud = await startLocalCloud({ stateDir: temporaryFolder(), metadata });
  onTestFinished(() => cloud.close());
  return cloud.metadataUrl ?? "";
}

const ids = "etc/ilogtail/user_defined_id";
const quiet = { code: 0, stdout: "", stderr: "" };

it("leaves the image's id alone where user data says nothing", async () => {
  const machine = disk();
  expect(await script("first-boot.sh", machine.root, await instance("i-1", "#!/bin/sh\necho hello\n"))).toEqual(quiet);
  expect(await script("first-boot.sh", machine.root, await instance("i-1"))).toEqual(quiet);
  expect(machine.read(ids)).toBe("logtail-id-dev\n");
  expect(machine.read("var/lib/logtail-first-boot/machine")).toBe("instance-id i-1\nmachine-id aaaa\n");
});

it.each([
  ["cloud-config", "#cloud-config\n# logtail_user_defined_id: logtail-id-prod\npackages: []\n", "logtail-id-prod\n"],
  ["a script", "#!/bin/sh\n#logtail_user_defined_id=a,b\n", "a\nb\n"],
  ["nothing else", 'logtail_user_defined_id: "logtail-id-prod"\r\n', "logtail-id-prod\n"],
])("takes ids from user data that is %s, once", async (_, userData, expected) => {
  const machine = disk();
  const url = await instance("i-1", userData);
  expect((await script("first-boot.sh", machine.root, url)).stdout).toMatch(/^user-defined id of the user data: /);
  expect(machine.read(ids)).toBe(expected);
  machine.write({ [ids]: "by-hand\n", ...traces });
  expect(await script("first-boot.sh", machine.root, url)).toEqual(quiet);
  expect(machine.read(ids)).toBe("by-hand\n");
  expect(machine.former("var/lib/sls-agent")).toEqual([]);
});

it("frees a clone of what it carries of the machine it was made from", async () => {
  const machine = disk();
  await script("first-boot.sh", machine.root, await instance("i-1", "# logtail_user_defined_id: first\n"));
  machine.write({ ...traces, ...ofLogtail });

  const clone = await script(
    "first-boot.sh",
    machine.root,
    await instance("i-2", "# logtail_user_defined_id: second\n"),
  );
  expect(clone).toMatchObject({ code: 0, stderr: "" });
  expect(clone.stdout).toContain("another machine than before: instance-id was i-1 and is i-2\n");
  expect(machine.read(ids)).toBe("second\n");
  expect(machine.former("var/lib/sls-agent")).toEqual(["buffer", "configs.json", "set-aside"]);
  expect(machine.former("var/spool/rsyslog")).toEqual(["fwdRule1.00000001", "fwdRule1.qi"]);
  expect(machine.read("var/lib/sls-agent/configs.json")).toBeUndefined();
  expect(machine.read("var/spool/rsyslog/other")).toBe("x");
  expect(machine.read("usr/local/ilogtail/app_info.json")).toBeUndefined();
  expect(machine.former("usr/local/ilogtail")).toEqual(["logtail_buffer_file_1640782163"]);
  expect(machine.read("usr/local/ilogtail/ilogtail_config.json")).toBe("{}");
});

it("gives a clone without ids in its user data those of the image", async () => {
  const machine = disk();
  await script("first-boot.sh", machine.root, await instance("i-1", "# logtail_user_defined_id: first\n"));
  await script("first-boot.sh", machine.root, await instance("i-2", "# logtail_user_defined_id: second\n"));
  await script("first-boot.sh", machine.root, await instance("i-3"));
  expect(machine.read(ids)).toBe("logtail-id-dev\n");

  const bare = disk();
  rmSync(join(bare.root, ids));
  await script("first-boot.sh", bare.root, await instance("i-1", "# logtail_user_defined_id: first\n"));
  expect((await script("first-boot.sh", bare.root, await instance("i-2"))).code).toBe(0);
  expect(bare.read(ids)).toBeUndefined();
});

it.each([
  ["another board", { "sys/class/dmi/id/product_uuid": "uuid-2\n" }, "product-uuid was uuid-1 and is uuid-2"],
  ["another machine id", { "etc/machine-id": "bbbb\n" }, "machine-id was aaaa and is bbbb"],
])("knows a clone by %s where no instance id is told", async (_, change, why) => {
  const machine = disk();
  machine.write({ "sys/class/dmi/id/product_uuid": "uuid-1\n" });
  await script("first-boot.sh", machine.root);
  machine.write({ ...traces, ...change });
  expect((await script("first-boot.sh", machine.root)).stdout).toContain(`another machine than before: ${why}\n`);
  expect(machine.former("var/lib/sls-agent")).toContain("buffer");
});

it("takes an instance for the same whatever else has changed", async () => {
  const machine = disk();
  const url = await instance("i-1");
  await script("first-boot.sh", machine.root, url);
  machine.write({ ...traces, "etc/machine-id": "bbbb\n", "sys/class/dmi/id/product_uuid": "uuid-2\n" });
  expect(await script("first-boot.sh", machine.root, url)).toEqual(quiet);
  expect(machine.former("var/lib/sls-agent")).toEqual([]);
  // A boot without the metadata service goes by the other facts, as they were last.
  expect(await script("first-boot.sh", machine.root)).toEqual(quiet);
});

it("is through at once on a machine of no cloud, where there is nobody to ask", async () => {
  const machine = disk();
  expect(await script("first-boot.sh", machine.root)).toEqual(quiet);
  expect(existsSync(join(machine.root, "var/lib/logtail-first-boot/unfinished"))).toBe(false);
  // Its disk in an instance: another machine, which has user data.
  machine.write({ "sys/class/dmi/id/product_uuid": "uuid-2\n", "etc/machine-id": "bbbb\n" });
  await script("first-boot.sh", machine.root, await instance("i-1", "# logtail_user_defined_id: late\n"));
  expect(machine.read(ids)).toBe("late\n");
});

it("without curl it asks nobody, says so, and does not try again before the next boot", async () => {
  const machine = disk();
  const bin = temporaryFolder();
  for (const name of ["sh", "mktemp", "rm", "head", "tr", "cat", "awk", "mkdir", "cp", "mv", "touch", "grep"]) {
    symlinkSync(tool(name) ?? name, join(bin, name));
  }
  const said = await script("first-boot.sh", machine.root, "http://127.0.0.1:1", bin);
  expect(said.code).toBe(0);
  expect(said.stderr).toBe(
    "curl is not installed: the metadata service is not asked\nuser data could not be had; looked for again at the next boot\n",
  );
  await script("first-boot.sh", machine.root, await instance("i-1", "# logtail_user_defined_id: late\n"));
  expect(machine.read(ids)).toBe("late\n");
});

it("looks for user data again when nobody answered", async () => {
  const machine = disk();
  const silent = await script("first-boot.sh", machine.root, "http://127.0.0.1:1");
  expect(silent.code).toBe(0);
  expect(silent.stderr).toContain("the metadata service does not answer: curl: (7)");
  expect(silent.stderr).toContain("user data could not be had; looked for again in 15s, and at the next boot");
  await script("first-boot.sh", machine.root, await instance("i-1", "# logtail_user_defined_id: late\n"));
  expect(machine.read(ids)).toBe("late\n");
});

it("does not take an id that can be in no group", async () => {
  const machine = disk();
  const { code, stderr } = await script(
    "first-boot.sh",
    machine.root,
    await instance("i-1", "# logtail_user_defined_id: a b\n"),
  );
  expect(code).toBe(0);
  expect(stderr).toBe(
    "logtail_user_defined_id of the user data must be of 1 to 128 printable ASCII characters without spaces, " +
      'got "a b"; left as it was\n',
  );
  expect(machine.read(ids)).toBe("logtail-id-dev\n");
});

it("asks cloud-init, where that runs, and nobody else", async () => {
  const machine = disk();
  machine.write({
    "run/cloud-init/.instance-id": "i-7\n",
    "var/lib/cloud/instance/user-data.txt": "#cloud-config\n# logtail_user_defined_id: from-cloud-init\n",
  });
  expect(await script("first-boot.sh", machine.root)).toMatchObject({ code: 0, stderr: "" });
  expect(machine.read(ids)).toBe("from-cloud-init\n");
  expect(machine.read("var/lib/logtail-first-boot/machine")).toBe("instance-id i-7\nmachine-id aaaa\n");
});

it("clean-image leaves what is the image's and takes away what is the machine's", async () => {
  const machine = disk();
  await script("first-boot.sh", machine.root, await instance("i-1", "# logtail_user_defined_id: baking\n"));
  machine.write({ ...traces, "etc/ilogtail/sls-agent.json": "{}", "var/log/journal/aaaa/system.journal": "x" });
  machine.write({
    ...ofLogtail,
    "usr/local/ilogtail/user_log_config.json": "{}",
    "usr/local/ilogtail/ilogtail.LOG": "x",
    "usr/local/ilogtail/ilogtail.LOG.1": "x",
    "usr/local/ilogtail/snapshot/1": "x",
    "etc/ilogtail/users/1234567890123456": "",
    "etc/ilogtail/checkpoint/CURRENT": "x",
    "tmp/logtail_check_point": "{}",
  });
  expect(await script("clean-image.sh", machine.root)).toEqual(quiet);
  expect(machine.read(ids)).toBe("logtail-id-dev\n");
  expect(machine.read("etc/ilogtail/sls-agent.json")).toBe("{}");
  expect(machine.read("etc/machine-id")).toBe("");
  for (const folder of ["var/lib/sls-agent", "var/spool/rsyslog", "var/log/journal"]) {
    expect(readdirSync(join(machine.root, folder))).toEqual([]);
  }
  expect(existsSync(join(machine.root, "var/lib/logtail-first-boot"))).toBe(false);
  expect(readdirSync(join(machine.root, "usr/local/ilogtail"))).toEqual(["ilogtail_config.json"]);
  expect(readdirSync(join(machine.root, "tmp"))).toEqual([]);
  // Whose projects its lines may go to is the image's.
  expect(readdirSync(join(machine.root, "etc/ilogtail")).sort()).toEqual([
    "sls-agent.json",
    "user_defined_id",
    "users",
  ]);
});
