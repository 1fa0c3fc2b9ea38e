import { expect, test } from "vitest";
import { LogProject, MachineGroup } from "../../constructs";
import { only, synth } from "../support/synth";

test("Machines are grouped by what they say", () => {
  const json = synth((stack) => {
    MachineGroup.ofUserDefinedId(stack, "group", {
      project: new LogProject(stack, "project", { projectName: "acme-logs" }),
      groupName: "web",
      userDefinedId: "logtail-id-dev",
      topic: "web",
    });
  });
  expect(only(json, "alicloud_log_machine_group")).toEqual({
    project: "${alicloud_log_project.project_C7BA6BD1.project_name}",
    name: "web",
    identify_type: "userdefined",
    identify_list: ["logtail-id-dev"],
    topic: "web",
  });
});

test("Machines are grouped by their addresses", () => {
  const json = synth((stack) => {
    const project = LogProject.fromName(stack, "project", "acme-logs");
    const addresses = ["192.168.0.10", "192.168.0.11"];
    const group = MachineGroup.ofAddresses(stack, "group", { project, groupName: "web", addresses });
    expect([group.identifyType, group.identifyList]).toEqual(["ip", addresses]);
  });
  expect(only(json, "alicloud_log_machine_group")).toEqual({
    project: "acme-logs",
    name: "web",
    identify_type: "ip",
    identify_list: ["192.168.0.10", "192.168.0.11"],
  });
});

test("An imported group makes nothing", () => {
  const json = synth((stack) => {
    const group = MachineGroup.fromName(stack, "group", LogProject.fromName(stack, "project", "acme-logs"), "web");
    expect([group.groupName, group.givenName, group.project.projectName]).toEqual(["web", "web", "acme-logs"]);
  });
  expect(json.resource).toBeUndefined();
});

test("A wrong member or name is an error with its remedy", () => {
  synth((stack) => {
    const project = LogProject.fromName(stack, "project", "acme-logs");
    const byId = (id: string, groupName: string, userDefinedId: string) => () =>
      MachineGroup.ofUserDefinedId(stack, id, { project, groupName, userDefinedId });
    expect(byId("a", "web", "two words")).toThrow(
      new Error(
        `stack/a: user-defined id must be 1 to 128 characters without spaces, commas or line ends, got "two words"`,
      ),
    );
    expect(byId("b", "web-", "x")).toThrow(
      new Error(
        "stack/b: machine group name must be 2 to 128 lower-case letters, digits, hyphens and underscores, beginning " +
          'and ending with a letter or digit, got "web-" (4 characters); try "web"',
      ),
    );
    expect(() => MachineGroup.ofAddresses(stack, "c", { project, groupName: "web", addresses: ["web-1"] })).toThrow(
      new Error('stack/c: machine address must be an IP address such as "192.168.0.10", got "web-1"'),
    );
  });
});

test("A group without addresses is an omission", () => {
  const build = () =>
    synth((stack) => {
      const project = LogProject.fromName(stack, "project", "acme-logs");
      MachineGroup.ofAddresses(stack, "group", { project, groupName: "web", addresses: [] });
    });
  expect(build).toThrow(
    "stack/group: addresses is empty, so no machine is in the group; give at least one, or use MachineGroup.ofUserDefinedId",
  );
});
