import { TerraformVariable } from "cdktf";
import { describe, expect, test } from "vitest";
import { LogProject, PolicyStatement } from "../../constructs";
import { only, synth } from "../support/synth";

test("A project is one resource", () => {
  const json = synth((stack) => {
    const project = new LogProject(stack, "project", {
      projectName: "sample-app-log-project-dev",
      description: "Logs.",
    });
    expect(project.givenName).toBe("sample-app-log-project-dev");
    expect(project.preventDestroy).toBe(false);
  });
  expect(json.resource).toEqual({
    alicloud_log_project: {
      project_C7BA6BD1: { project_name: "sample-app-log-project-dev", description: "Logs." },
    },
  });
});

test("A protected project can't be destroyed by Terraform", () => {
  const json = synth((stack) => {
    new LogProject(stack, "project", { projectName: "acme-logs", preventDestroy: true });
  });
  expect(only(json, "alicloud_log_project")).toEqual({
    project_name: "acme-logs",
    lifecycle: { prevent_destroy: true },
  });
});

test("An imported project makes nothing", () => {
  const json = synth((stack) => {
    const project = LogProject.fromName(stack, "project", "acme-logs");
    expect([project.projectName, project.givenName]).toEqual(["acme-logs", "acme-logs"]);
  });
  expect(json.resource).toBeUndefined();
});

test("An illegal name is an error that says where, what is allowed and what to write, imported or not", () => {
  const message = (path: string): string =>
    `${path}: project name must be 3 to 63 lower-case letters, digits and hyphens, beginning and ending with a letter ` +
    `or digit, got "Acme_Logs" (9 characters); try "acme-logs"`;
  synth((stack) => {
    expect(() => new LogProject(stack, "new", { projectName: "Acme_Logs" })).toThrow(new Error(message("stack/new")));
    expect(() => LogProject.fromName(stack, "old", "Acme_Logs")).toThrow(new Error(message("stack/old")));
  });
});

test("A name that is unknown until apply is not checked", () => {
  const json = synth((stack) => {
    const name = new TerraformVariable(stack, "name", { type: "string" });
    new LogProject(stack, "project", { projectName: name.stringValue });
  });
  expect(only(json, "alicloud_log_project")).toEqual({ project_name: "${var.name}" });
});

describe("A project", () => {
  test("has a policy, a resource group and tags", () => {
    const json = synth((stack) => {
      new LogProject(stack, "project", {
        projectName: "acme-logs",
        resourceGroupId: "rg-1",
        tags: { team: "web" },
        policy: [
          PolicyStatement.deny({
            actions: ["log:PostLogStoreLogs"],
            resources: ["acs:log:*:*:project/acme-logs/*"],
            conditions: { StringNotLike: { "acs:SourceVpc": ["vpc-*"] } },
          }),
        ],
      });
    });
    const project = only(json, "alicloud_log_project");
    expect(project).toMatchObject({ resource_group_id: "rg-1", tags: { team: "web" } });
    expect(JSON.parse(String(project["policy"]))).toEqual({
      Statement: [
        {
          Action: ["log:PostLogStoreLogs"],
          Condition: { StringNotLike: { "acs:SourceVpc": ["vpc-*"] } },
          Effect: "Deny",
          Principal: ["*"],
          Resource: ["acs:log:*:*:project/acme-logs/*"],
        },
      ],
      Version: "1",
    });
  });

  test.each([
    [
      { actions: [], resources: ["*"] },
      'policy statement has no action; give at least one, such as "log:GetLogStoreLogs"',
    ],
    [{ actions: ["log:Get*"], resources: [] }, 'policy statement has no resource; give at least one, or "*"'],
    [
      { actions: ["GetLogs"], resources: ["*"] },
      'policy action must be a product and an API, such as "log:Get*", got "GetLogs"',
    ],
  ])("has no statement such as %j", (options, problem) => {
    synth((stack) => {
      const policy = [PolicyStatement.allow(options)];
      expect(() => new LogProject(stack, "project", { projectName: "acme-logs", policy })).toThrow(
        new Error(`stack/project: ${problem}`),
      );
    });
  });
});
