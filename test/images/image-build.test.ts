import { describe, expect, it } from "vitest";
import { cyclonedx, parseInventory } from "../../images/packer/inventory";
import { buildArgs, imageIdOf, parseVersion, progressOf, takesPlugins } from "../../images/packer/packer";
import { targetOf, userDefinedIdOf, type StackFacts } from "../../images/packer/target";

describe("Packer", () => {
  it.each([
    ["Packer v1.6.6\n", [1, 6, 6], false],
    ["Packer v1.11.2", [1, 11, 2], true],
    ["1.7.0", [1, 7, 0], true],
  ])("%j", (said, version, plugins) => {
    expect(parseVersion(said)).toEqual(version);
    expect(takesPlugins(parseVersion(said))).toBe(plugins);
  });

  it("that says no version is told", () => {
    expect(() => parseVersion("nothing")).toThrow('`packer version` says no version: "nothing"');
  });

  it("gets values as variables, one source, and the folder that it runs in", () => {
    const args = buildArgs("null", { env: "dev", user_defined_id: "" });
    expect(args.join(" ")).toBe("build -color=false -only=null.ci -var env=dev -var user_defined_id= .");
  });

  it("tells its steps, and details of them", () => {
    expect(progressOf("==> null.ci: Provisioning with shell script: a.sh")).toBe(
      "Provisioning with shell script: a.sh",
    );
    expect(progressOf("    null.ci: Setting up sls-agent")).toBeUndefined();
    expect(progressOf("==> null.ci: + rm -rf x")).toBeUndefined();
  });

  it("notes the image that it made, in the region that was asked for", () => {
    const noted = (artifact: string): object => ({ builds: [{ builder_type: "alicloud-ecs", artifact_id: artifact }] });
    expect(imageIdOf(noted("cn-beijing:m-1,cn-hangzhou:m-bp2"), "cn-hangzhou")).toBe("m-bp2");
    expect(() => imageIdOf(noted("cn-beijing:m-1"), "cn-hangzhou")).toThrow(
      'Packer made no image in cn-hangzhou; its manifest says "cn-beijing:m-1"',
    );
    expect(imageIdOf({ builds: [{ builder_type: "null", artifact_id: "Null" }] }, "cn-hangzhou")).toBeUndefined();
  });
});

describe("the inventory of an image", () => {
  const text = "distribution debian 12\nsls-agent\t0.1.0\tamd64\nlibstdc++6\t12.2.0-14\tamd64\n";

  it("becomes a CycloneDX document with a package URL each", () => {
    const inventory = parseInventory(text);
    expect(inventory.packages.map(({ name }) => name)).toEqual(["libstdc++6", "sls-agent"]);
    const facts = { image: "app-dev", builtAt: "2026-01-02T03:04:05.000Z", toolVersion: "0.1.0", serialNumber: "0f" };
    expect(cyclonedx(inventory, facts)).toMatchObject({
      bomFormat: "CycloneDX",
      specVersion: "1.5",
      serialNumber: "urn:uuid:0f",
      metadata: { component: { name: "app-dev", version: "debian-12" } },
      components: [
        { purl: "pkg:deb/debian/libstdc%2B%2B6@12.2.0-14?arch=amd64&distro=debian-12" },
        { name: "sls-agent", version: "0.1.0" },
      ],
    });
  });

  it("of Alibaba Cloud Linux names rpm packages", () => {
    const inventory = parseInventory("distribution alinux 3\nglibc\t2.32-1.16.al8\tx86_64\n");
    const facts = { image: "app-dev", builtAt: "", toolVersion: "", serialNumber: "" };
    expect(cyclonedx(inventory, facts)).toMatchObject({
      components: [{ purl: "pkg:rpm/alinux/glibc@2.32-1.16.al8?arch=x86_64&distro=alinux-3" }],
    });
  });

  it("names what no package manager knows", () => {
    const inventory = parseInventory(`${text}logtail\t1.8.7\tx86_64\tgeneric\n`);
    const facts = { image: "app-dev", builtAt: "", toolVersion: "", serialNumber: "" };
    expect(cyclonedx(inventory, facts)).toMatchObject({
      components: [{ name: "libstdc++6" }, { purl: "pkg:generic/logtail@1.8.7?arch=x86_64" }, { name: "sls-agent" }],
    });
  });

  it("that is none is refused", () => {
    expect(() => parseInventory("bash\t5\tamd64\n")).toThrow(
      'an inventory begins with "distribution ID VERSION", got "bash\\t5\\tamd64"',
    );
    expect(() => parseInventory("distribution debian 12\nbash")).toThrow('no package in the inventory\'s line "bash"');
  });
});

describe("whom an image is for", () => {
  const stack = (name: string, project: string, ...machineGroups: string[]): StackFacts => ({
    stack: name,
    region: "cn-hangzhou",
    collections: [{ project, machineGroups }],
  });
  const stacks = [stack("sample-app-dev", "p-dev", "g-dev"), stack("sample-app-prod", "p-prod", "g-1", "g-2")];

  it("is found by the environment", () => {
    expect(targetOf(stacks, { env: "dev" })).toEqual({
      stack: "sample-app-dev",
      region: "cn-hangzhou",
      project: "p-dev",
      group: "g-dev",
    });
  });

  it("has to be chosen where there are several groups", () => {
    expect(() => targetOf(stacks, { env: "prod" })).toThrow(
      "an image is for machines of one group, and there are: p-prod/g-1, p-prod/g-2; choose with --project and --group",
    );
    expect(targetOf(stacks, { env: "prod", group: "g-2" }).group).toBe("g-2");
  });

  it("is told where there is none", () => {
    expect(() => targetOf(stacks, { env: "test" })).toThrow(
      "no deployed stack is of environment test: their names end in it; there are: sample-app-dev, sample-app-prod; choose with --stack",
    );
    expect(() => targetOf(stacks, { env: "dev", group: "other" })).toThrow(
      "no Logtail config of environment dev is bound to such a machine group; there are: p-dev/g-dev",
    );
  });

  it("has the one user-defined id of its group", () => {
    const group = { groupName: "g", machineIdentifyType: "userdefined", machineList: ["logtail-id-dev"] };
    expect(userDefinedIdOf(group)).toBe("logtail-id-dev");
    expect(() => userDefinedIdOf({ ...group, machineList: ["a", "b"] })).toThrow(
      "machine group g has 2 user-defined ids: a, b; choose with --user-defined-id",
    );
    expect(() => userDefinedIdOf({ ...group, machineIdentifyType: "ip" })).toThrow(
      "machine group g tells machines by address, which an image cannot have; make one of user-defined ids",
    );
  });
});
