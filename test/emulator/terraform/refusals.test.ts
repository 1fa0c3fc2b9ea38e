/** What the stand-in says when something is wrong: one clear error, the remedy in it, no secret. */
import { afterAll, beforeAll, describe, expect } from "vitest";
import { terraformFile, testWithTerraform as test, Workspace, type Ended } from "./workspace";

let workspace: Workspace;

/** Terraform breaks lines as it likes. */
const flat = ({ text }: Ended): string => text.replace(/\s+/g, " ");

const project = (name: string, rest = ""): string => `
provider "alicloud" {}
resource "alicloud_log_project" "p" {
  project_name = "${name}"
}
${rest}`;

async function fails(name: string, text: string, args: readonly string[], extra?: NodeJS.ProcessEnv): Promise<string> {
  workspace.write(name, text);
  await workspace.terraform(name, ["init"]);
  const ended = await workspace.terraform(name, args, extra);
  expect(ended.code).toBe(1);
  expect(ended.text).not.toContain(workspace.cloud.credentials.accessKeySecret);
  expect(ended.text).not.toContain("wrong-secret");
  return flat(ended);
}

describe("the stand-in refuses", () => {
  beforeAll(async () => {
    if (terraformFile !== undefined) workspace = await Workspace.open();
  });
  afterAll(() => workspace?.close());

  test("a wrong secret: the service's code, what to check, and the request's id", async () => {
    const wrong = { ALICLOUD_SECRET_KEY: "wrong-secret-0123456789" };
    const text = await fails("secret", project("refused-project"), ["apply", "-auto-approve"], wrong);
    expect(text).toContain("alicloud_log_project: CreateProject failed with SignatureNotMatch");
    expect(text).toContain("The secret does not belong to the access key. Check secret_key, or ALICLOUD_SECRET_KEY");
    expect(text).toMatch(/Request id: [0-9A-F]{24}/);
  });

  test("a wrong secret for ECS, which has another code for it", async () => {
    const group = 'provider "alicloud" {}\nresource "alicloud_security_group" "g" {\n  security_group_name = "g-1"\n}';
    const wrong = { ALICLOUD_SECRET_KEY: "wrong-secret-0123456789" };
    const text = await fails("secret-ecs", group, ["apply", "-auto-approve"], wrong);
    expect(text).toMatch(/CreateSecurityGroup failed with SignatureDoesNotMatch/);
    expect(text).toContain("The secret does not belong to the access key.");
  });

  test("no credential, and no region", async () => {
    const keyless = { ALICLOUD_ACCESS_KEY: "", ALIBABA_CLOUD_ACCESS_KEY_ID: "" };
    expect(await fails("keyless", project("refused-project"), ["plan"], keyless)).toContain(
      "Write access_key in the provider block, or set ALICLOUD_ACCESS_KEY (or ALIBABA_CLOUD_ACCESS_KEY_ID).",
    );
    const nowhere = { ALICLOUD_REGION: "", ALIBABA_CLOUD_REGION: "" };
    expect(await fails("nowhere", project("refused-project"), ["plan"], nowhere)).toContain(
      "alicloud: region is missing",
    );
  });

  test("to work outside a local cloud, and with one that is not there", async () => {
    const outside = { HTTPS_PROXY: "", https_proxy: "" };
    expect(await fails("outside", project("refused-project"), ["plan"], outside)).toContain(
      "this is the offline stand-in, and no local cloud is in sight",
    );
    const gone = { HTTPS_PROXY: "http://127.0.0.1:9" };
    const text = await fails("gone", project("refused-project"), ["apply", "-auto-approve"], gone);
    expect(text).toContain("CreateProject failed with RequestError");
    expect(text).toContain("through the proxy 127.0.0.1:9: connect ECONNREFUSED 127.0.0.1:9");
    expect(text).toContain("Is the local cloud running?");
  });

  test("resources and data sources that it does not serve, already at validate", async () => {
    const bucket = 'resource "alicloud_oss_bucket" "b" {\n  bucket = "x"\n}';
    const text = await fails("bucket", project("refused-project", bucket), ["validate"]);
    expect(text).toContain("The offline stand-in does not serve alicloud_oss_bucket");
    expect(text).toContain("It serves alicloud_log_project, alicloud_log_store, ");
    expect(text).toContain("or use the real provider aliyun/alicloud 1.285.0");
    const zones = await fails("zones", project("refused-project", 'data "alicloud_zones" "z" {}'), ["validate"]);
    expect(zones).toContain("The offline stand-in does not serve alicloud_zones");
  });

  test.for([
    [
      "an input type of syslog",
      `resource "alicloud_logtail_config" "c" {
        project = "p-1"
        logstore = "l-1"
        name = "c-1"
        input_type = "syslog"
        output_type = "LogService"
        input_detail = "{}"
      }`,
      'input_type must be one of "file", "plugin", got "syslog". A syslog config is made by the deploy step',
    ],
    [
      "input_detail that is no JSON object",
      `resource "alicloud_logtail_config" "c" {
        project = "p-1"
        logstore = "l-1"
        name = "c-1"
        input_type = "file"
        output_type = "LogService"
        input_detail = "{"
      }`,
      "input_detail must be a JSON object; jsonencode({ ... }) makes one.",
    ],
    [
      "two names",
      'resource "alicloud_log_project" "q" {\n  project_name = "p-1"\n  name = "p-2"\n}',
      'Exactly one of "project_name", "name" must be given, got "project_name", "name".',
    ],
    [
      "a TCP rule without ports",
      `resource "alicloud_security_group_rule" "r" {
        security_group_id = "sg-1"
        type = "ingress"
        ip_protocol = "tcp"
        cidr_ip = "10.0.0.0/8"
      }`,
      'port_range must be a range such as "11111/11111" for tcp, got none.',
    ],
    [
      "a rule for nobody, of an unknown protocol",
      `resource "alicloud_security_group_rule" "r" {
        security_group_id = "sg-1"
        type = "ingress"
        ip_protocol = "sctp"
        priority = 500
      }`,
      'ip_protocol must be one of "tcp", "udp", "icmp", "icmpv6", "gre", "all", got "sctp".',
    ],
    [
      "an index of nothing",
      'resource "alicloud_log_store_index" "i" {\n  project = "p-1"\n  logstore = "l-1"\n}',
      'At least one of "full_text", "field_search" must be given, got none.',
    ],
    [
      "charts that are no JSON list",
      `resource "alicloud_log_dashboard" "d" {
        project_name = "p-1"
        dashboard_name = "d-1"
        char_list = "{}"
      }`,
      "char_list must be a JSON list; jsonencode(...) makes one.",
    ],
    [
      "an unknown value deep in blocks",
      `resource "alicloud_sls_collection_policy" "c" {
        policy_name = "p-1"
        product_code = "oss"
        data_code = "access_log"
        enabled = true
        policy_config {
          resource_mode = "some"
        }
      }`,
      'policy_config.resource_mode must be one of "all", "instanceMode", "attributeMode", got "some".',
    ],
    [
      "a severity that is none",
      `resource "alicloud_log_alert" "a" {
        project_name = "p-1"
        alert_name = "a-1"
        alert_displayname = "a"
        severity_configurations {
          severity = 5
          eval_condition = {}
        }
      }`,
      "severity_configurations.severity must be one of 2, 4, 6, 8, 10, got 5.",
    ],
  ] as const)("%s, already at validate", async ([what, resource, message]) => {
    expect(await fails(what.replaceAll(" ", "-"), project("refused-project", resource), ["validate"])).toContain(
      message,
    );
  });

  test("what exists already, and says how to take it over", async () => {
    workspace.write("first", project("taken-project"));
    await workspace.terraform("first", ["init"]);
    await workspace.terraform("first", ["apply", "-auto-approve"]);
    const text = await fails("second", project("taken-project"), ["apply", "-auto-approve"]);
    expect(text).toContain("CreateProject failed with ProjectAlreadyExist");
    expect(text).toContain("import the project. terraform import ADDRESS project");
  });

  test("a store in a project that is not there; what was made before stays in the state", async () => {
    const store = `
resource "alicloud_log_store" "s" {
  project_name  = "no-such-project"
  logstore_name = "store-dev"
}`;
    const text = await fails("half", project("half-project", store), ["apply", "-auto-approve"]);
    expect(text).toContain("alicloud_log_store: CreateLogStore failed with ProjectNotExist");
    expect(text).toContain("Make the project first (reference its resource, so that Terraform orders them)");
    expect(await workspace.attributes("half", "alicloud_log_project.p")).toMatchObject({ id: "half-project" });
  });

  test("an alert of the first version, and says which it serves", async () => {
    const alert = `
resource "alicloud_log_alert" "a" {
  project_name      = alicloud_log_project.p.project_name
  alert_name        = "a-1"
  alert_displayname = "a"
  schedule_type     = "FixedRate"
}`;
    const text = await fails("first-version", project("first-version", alert), ["apply", "-auto-approve"]);
    expect(text).toContain("alicloud_log_alert: no alerts of the first version here");
    expect(text).toContain('The offline stand-in serves alerts with version = "2.0"; write that');
  });

  test("a deprecated argument only draws a warning", async () => {
    workspace.write("old", 'provider "alicloud" {}\nresource "alicloud_log_project" "p" {\n  name = "old-project"\n}');
    await workspace.terraform("old", ["init"]);
    const { code, text } = await workspace.terraform("old", ["validate"]);
    expect(text).toContain('alicloud_log_project: "name" is deprecated');
    expect(code).toBe(0);
  });
});
