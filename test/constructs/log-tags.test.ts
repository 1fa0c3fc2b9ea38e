import { expect, test } from "vitest";
import { LogProject, LogStore, LogTags, SecurityGroup } from "../../constructs";
import { only, synth } from "../support/synth";

test("Tags flow down to what can have them, and do not replace what is there", () => {
  const json = synth((stack) => {
    const project = new LogProject(stack, "project", { projectName: "acme-logs", tags: { team: "web" } });
    new LogStore(stack, "store", { project, logstoreName: "web" });
    new SecurityGroup(stack, "group", { securityGroupName: "vms" });
    LogTags.add(stack, { team: "platform", cost: "42" });
  });
  expect(only(json, "alicloud_log_project")["tags"]).toEqual({ team: "web", cost: "42" });
  expect(only(json, "alicloud_security_group")["tags"]).toEqual({ team: "platform", cost: "42" });
  expect(only(json, "alicloud_log_store")["tags"]).toBeUndefined();
});

test("A tag that the cloud keeps for itself is an error", () => {
  synth((stack) => {
    expect(() => LogTags.add(stack, { "acs:team": "x" })).toThrow(
      new Error(
        'stack: tag key must be 1 to 128 characters and not begin with aliyun, acs:, http:// or https://, got "acs:team"',
      ),
    );
  });
});
