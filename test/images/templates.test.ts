/** The Packer templates, judged by Packer itself. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parseVersion, takesPlugins } from "../../images/packer/packer";
import {
  assemble,
  checksumOf,
  imagesIn,
  logtailFolder,
  sharedTemplates,
  sharedWithLogtail,
} from "../../images/packer/templates";
import { repository, testWith, tool } from "../support/tools";

const images = join(repository, "images");
const folder = mkdtempSync(join(tmpdir(), "cdktf-sls-templates-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const withPacker = testWith("packer", tool("packer"));
/** Its output; throws with all of it when Packer refuses. */
function packer(cwd: string, ...args: string[]): string {
  const env = { ...process.env, CHECKPOINT_DISABLE: "1" };
  const { status, stdout, stderr } = spawnSync(tool("packer") ?? "packer", args, { cwd, encoding: "utf8", env });
  if (status !== 0) throw new Error(`${stdout}${stderr}`);
  return stdout;
}
/** A newer Packer has the source for ECS by its plugin, which is named beside the templates. */
const isNewer = tool("packer") !== undefined && takesPlugins(parseVersion(packer(folder, "version")));
const templatesOf = (name: string): string =>
  isNewer ? assemble(images, name, join(folder, "newer"), { plugins: true }) : join(images, name);
/** What each collector must be given. */
const collectors = {
  agent: ["-var", `agent_package=${join(folder, "agent.deb")}`],
  logtail: ["-var", "collector=logtail"],
};
const keys = ["-var", "access_key=no-such-access-key", "-var", "secret_key=no-such-secret-key"];
const given = [...collectors.agent, ...keys];
writeFileSync(join(folder, "agent.deb"), "");

test("there are the images of the sample app", () => {
  expect(imagesIn(images)).toEqual(["app", "certman", "proxy"]);
});

describe.each(["app", "certman", "proxy"])("image %s", (name) => {
  withPacker("is formatted", () => {
    expect(packer(join(images, name), "fmt", "-check", ".")).toBe("");
  });

  describe.each(Object.entries(collectors))("with the collector %s", (collector, its) => {
    withPacker("is valid as an image of ECS", () => {
      packer(templatesOf(name), "validate", "-only=alicloud-ecs.production", ...its, ...keys, ".");
    });

    withPacker("is valid over ssh, with the same steps", () => {
      const key = join(folder, `${name}-${collector}-key`);
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
      const machine = ["-var", "ssh_host=192.0.2.1", "-var", `ssh_key_file=${key}`];
      packer(templatesOf(name), "validate", "-only=null.ci", ...its, ...keys, ...machine, ".");
    });

    withPacker("is refused with a step of it that is not there", () => {
      const read = assemble(images, name, join(folder, `${name}-${collector}-broken`), { plugins: isNewer });
      const step = { agent: "common/scripts/20-agent.sh", logtail: "logtail-official/install.sh" }[collector] ?? "";
      const validate = (): string => packer(read, "validate", "-only=alicloud-ecs.production", ...its, ...keys, ".");
      validate();
      rmSync(join(read, "..", step));
      expect(validate).toThrow(basename(step));
    });
  });

  withPacker("is refused with a collector that is none, and as one of the agent without its package", () => {
    const validate = (...args: string[]): string =>
      packer(templatesOf(name), "validate", "-only=alicloud-ecs.production", ...keys, ...args, ".");
    expect(() => validate(...collectors.agent, "-var", "collector=fluentd")).toThrow(
      "The collector must be agent or logtail.",
    );
    expect(() => validate()).toThrow("Source must be specified.");
  });

  withPacker("is refused with a script that is not there", () => {
    const read = assemble(images, name, join(folder, `${name}-broken`), { plugins: isNewer });
    rmSync(join(read, "..", "common", "scripts", "90-finish.sh"));
    expect(() => packer(read, "validate", "-only=alicloud-ecs.production", ...given, ".")).toThrow(/90-finish\.sh/);
  });

  test("shares its templates with the others by links, which an assembled folder holds as files", () => {
    for (const file of sharedTemplates(images)) {
      expect(realpathSync(join(images, name, file))).toBe(realpathSync(join(images, "common", file)));
    }
    const read = assemble(images, name, join(folder, `${name}-new`), { plugins: true });
    const all = (at: string): string[] => readdirSync(at).map((file) => join(at, file));
    expect(readdirSync(read)).toEqual(
      expect.arrayContaining([...sharedTemplates(images), "plugins.pkr.hcl", `${name}.pkr.hcl`]),
    );
    for (const file of [...all(read), ...all(join(read, "..", logtailFolder))]) {
      expect(lstatSync(file).isSymbolicLink()).toBe(false);
    }
    expect(readFileSync(join(read, "plugins.pkr.hcl"), "utf8")).toContain("required_plugins");
  });
});

withPacker("plugins are named for newer Packers only: 1.6 refuses them", () => {
  const read = assemble(images, "app", join(folder, "plugins"), { plugins: true });
  if (isNewer) return;
  expect(() => packer(read, "validate", "-only=alicloud-ecs.production", ...given, ".")).toThrow(/required_plugins/);
});

test("what machines with Logtail share with those of the agent is linked in a clone, and copied where there are no links", () => {
  const at = join(images, logtailFolder);
  const links = readdirSync(at).filter((file) => lstatSync(join(at, file)).isSymbolicLink());
  expect(links.sort()).toEqual(Object.keys(sharedWithLogtail).sort());
  // As npm unpacks its packages.
  const installed = join(folder, "installed");
  cpSync(images, installed, { recursive: true, filter: (file) => !lstatSync(file).isSymbolicLink() });
  const read = assemble(installed, "app", join(folder, "from-installed"), { plugins: false });
  for (const [file, from] of Object.entries(sharedWithLogtail)) {
    expect(realpathSync(join(at, file))).toBe(realpathSync(join(images, from)));
    expect(readFileSync(join(read, "..", logtailFolder, file))).toEqual(readFileSync(join(images, from)));
  }
});

test("an image that is not there is told with those that are", () => {
  expect(() => assemble(images, "nope", join(folder, "nope"), { plugins: false })).toThrow(
    `${images} has no image "nope"; there are: app, certman, proxy`,
  );
});

test("the checksum of a folder tells names, bytes and who may run a file", () => {
  const one = mkdtempSync(join(folder, "sum-"));
  writeFileSync(join(one, "a"), "x", { mode: 0o644 });
  const before = checksumOf(one);
  expect(checksumOf(one)).toBe(before);
  writeFileSync(join(one, "b"), "");
  expect(checksumOf(one)).not.toBe(before);
  rmSync(join(one, "b"));
  expect(checksumOf(one)).toBe(before);
  rmSync(join(one, "a"));
  writeFileSync(join(one, "a"), "x", { mode: 0o755 });
  expect(checksumOf(one)).not.toBe(before);
});
