/** What systemd itself says of the units, without starting them. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { exitCodes } from "../../agent/exit-codes";
import { temporaryFolder } from "../agent/support/folder";
import { repository, testWith, tool } from "../support/tools";
import { systemRoot } from "./support/system-root";

const unitOf = (name: string): string => readFileSync(join(repository, "images/agent", name), "utf8");
const logtail = unitOf("logtail.service");
const testIt = testWith("systemd-analyze", tool("systemd-analyze"));

describe("systemd-analyze verify", () => {
  testIt("has not a word to say about our units among those of a machine with cloud-init", () => {
    expect(systemRoot(temporaryFolder()).verify()).toBe("");
  });

  testIt("would speak of a key that is none", () => {
    const root = systemRoot(temporaryFolder());
    root.write("logtail.service", logtail.replace("MemoryMax=", "MemryMax="));
    expect(root.verify()).toContain("MemryMax");
  });

  testIt("would speak of the circle that the last stage of cloud-init makes", () => {
    const root = systemRoot(temporaryFolder());
    root.write(
      "logtail.service",
      logtail.replace("cloud-config.service\n", "cloud-config.service cloud-final.service\n"),
    );
    expect(root.verify()).toContain("Found ordering cycle on");
  });
});

describe("systemd-analyze security", () => {
  for (const name of ["logtail.service", "logtail-first-boot.service"]) {
    testIt(`finds the exposure of ${name} to be 2.0 at most`, () => {
      const args = ["security", "--offline=yes", "--threshold=20", join(repository, "images/agent", name)];
      const { status, stdout, stderr } = spawnSync("systemd-analyze", args, { encoding: "utf8" });
      expect({ status, stderr }, stdout.split("\n").at(-2) ?? "").toEqual({ status: 0, stderr: "" });
    });
  }
});

describe("logtail.service", () => {
  const values = (key: string): string[] =>
    [...logtail.matchAll(new RegExp(`^${key}=(.*)$`, "gm"))].flatMap(([, value = ""]) => value.split(" "));

  it("sleeps for nothing, and runs nothing before the agent", () => {
    expect(values("ExecStartPre")).toEqual([]);
  });

  it("starts again after every end but one that a person has to mend", () => {
    expect(values("Restart")).toEqual(["always"]);
    expect(values("RestartPreventExitStatus").map(Number)).toEqual([exitCodes.usage]);
    expect(values("StartLimitIntervalSec")).toEqual(["0"]);
  });

  it("and its drop-ins let nobody fail because of the agent", () => {
    const dropIns = ["rsyslog", "todo-list", "certificate-updater"].map((name) =>
      readFileSync(join(repository, `images/systemd/${name}.service.d/10-after-logtail.conf`), "utf8"),
    );
    for (const text of [logtail, ...dropIns]) expect(text).not.toMatch(/^(Requires|Requisite|BindsTo|PartOf)=/m);
    for (const text of dropIns) expect(text).toMatch(/^Wants=.*logtail\.service[^]*^After=.*logtail\.service/m);
  });
});
