/** Everything that the stand-in serves, from nothing to nothing, by real terraform. */
import { afterAll, beforeAll, describe, expect } from "vitest";
import { terraformFile, testWithTerraform as test, Workspace } from "./workspace";

const project = "stand-in-project-dev";
let workspace: Workspace;

interface Wishes {
  readonly retention?: number;
  readonly description?: string;
  readonly logstore?: string;
  readonly ids?: readonly string[];
  readonly token?: string;
  readonly tags?: string;
  readonly input?: string;
}

const collection = (wishes: Wishes = {}): string => `
provider "alicloud" {}
resource "alicloud_log_project" "p" {
  project_name = "${project}"
  description  = "${wishes.description ?? "first"}"
  tags         = ${wishes.tags ?? '{ team = "a", env = "dev" }'}
}
resource "alicloud_log_store" "s" {
  project_name          = alicloud_log_project.p.project_name
  logstore_name         = "${wishes.logstore ?? "store-dev"}"
  retention_period      = ${wishes.retention ?? 7}
  auto_split            = true
  max_split_shard_count = 64
}
resource "alicloud_log_store_index" "i" {
  project      = alicloud_log_project.p.project_name
  logstore     = alicloud_log_store.s.logstore_name
  max_text_len = 2048
  full_text {
    token = "${wishes.token ?? " ,;=\\n\\t"}"
  }
  field_search {
    name  = "app-name"
    type  = "text"
    token = " ,"
  }
  field_search {
    name = "procid"
  }
  field_search {
    name  = "body"
    type  = "json"
    token = ","
    json_keys {
      name = "level"
      type = "text"
    }
  }
}
resource "alicloud_log_machine_group" "g" {
  project       = alicloud_log_project.p.project_name
  name          = "group-dev"
  identify_type = "userdefined"
  identify_list = ${JSON.stringify(wishes.ids ?? ["logtail-id-dev", "another-id"])}
}
resource "alicloud_logtail_config" "c" {
  project      = alicloud_log_project.p.project_name
  logstore     = alicloud_log_store.s.logstore_name
  name         = "config-dev"
  input_type   = "file"
  output_type  = "LogService"
  input_detail = jsonencode({ logType = "json_log", logPath = "/var/log", filePattern = "${wishes.input ?? "*.log"}" })
}
resource "alicloud_logtail_attachment" "a" {
  project             = alicloud_log_project.p.project_name
  logtail_config_name = alicloud_logtail_config.c.name
  machine_group_name  = alicloud_log_machine_group.g.name
}
resource "alicloud_security_group" "sg" {
  security_group_name = "stand-in-group"
  description         = "${wishes.description ?? "first"}"
  tags                = ${wishes.tags ?? '{ team = "a" }'}
}
resource "alicloud_security_group_rule" "r" {
  security_group_id = alicloud_security_group.sg.id
  type              = "ingress"
  ip_protocol       = "tcp"
  port_range        = "11111/11111"
  nic_type          = "intranet"
  cidr_ip           = "10.0.0.0/8"
  description       = "${wishes.description ?? "first"}"
}
`;

const apply = async (wishes?: Wishes): Promise<string> => {
  workspace.write("all", collection(wishes));
  const { code, text } = await workspace.terraform("all", ["apply", "-auto-approve"]);
  expect(text).toContain("Apply complete!");
  expect(code).toBe(0);
  return text;
};
const plan = (): Promise<{ code: number; text: string }> => workspace.terraform("all", ["plan", "-detailed-exitcode"]);
const expectNoChanges = async (): Promise<void> => {
  const { code, text } = await plan();
  expect(text).toContain("No changes.");
  expect(code).toBe(0);
};

describe("a log collection under terraform", () => {
  beforeAll(async () => {
    if (terraformFile === undefined) return;
    workspace = await Workspace.open();
    workspace.write("all", collection());
  });
  afterAll(() => workspace?.close());

  test("init finds the stand-in in the mirror, and validate is content", async () => {
    expect((await workspace.terraform("all", ["init"])).text).toContain("Installed aliyun/alicloud v1.285.0");
    expect((await workspace.terraform("all", ["validate"])).text).toContain("The configuration is valid");
  });

  test("a plan says once that this is the stand-in, and has nothing settled that the service settles", async () => {
    const { code, text } = await plan();
    expect(code).toBe(2);
    expect(text).toContain("Plan: 8 to add, 0 to change, 0 to destroy.");
    expect(text.match(/Offline stand-in for the alicloud provider/g)).toHaveLength(1);
    expect(text).toMatch(/\+ shards += \(known after apply\)/);
  });

  test("apply makes everything, ids as the real provider's, and the next plan is empty", async () => {
    const text = await apply();
    expect(text).toContain("8 added, 0 changed, 0 destroyed");
    expect(text).toContain(`[id=${project}:store-dev:config-dev]`);
    expect(text).toContain(`[id=${project}:config-dev:group-dev]`);
    expect(text).toMatch(/\[id=sg-\w+:ingress:tcp:11111\/11111:intranet:10\.0\.0\.0\/8:accept:1\]/);
    await expectNoChanges();
    expect(await workspace.attributes("all", "alicloud_log_store.s")).toMatchObject({
      id: `${project}:store-dev`,
      name: "store-dev",
      mode: "standard",
      shard_count: 2,
      shards: [
        { id: 0, status: "readwrite" },
        { id: 1, status: "readwrite" },
      ],
    });
  });

  test("the service holds what the configuration says", async () => {
    const sls = (path: string) => workspace.api.sls({ call: "Get", method: "GET", project, path });
    expect(await sls("/logstores/store-dev/index")).toMatchObject({
      line: { token: [" ", ",", ";", "=", "\n", "\t"], caseSensitive: false },
      keys: {
        "app-name": { type: "text", token: [" ", ","], doc_value: true },
        procid: { type: "long", doc_value: true },
        body: { type: "json", json_keys: { level: { type: "text", doc_value: true } } },
      },
    });
    expect(await sls("/configs/config-dev")).toMatchObject({
      inputType: "file",
      inputDetail: {
        logType: "json_log",
        logPath: "/var/log",
        filePattern: "*.log",
        topicFormat: "none",
        maxDepth: 100,
      },
      outputDetail: { logstoreName: "store-dev" },
    });
    expect(await sls("/machinegroups/group-dev")).toMatchObject({
      machineIdentifyType: "userdefined",
      machineList: expect.arrayContaining(["logtail-id-dev", "another-id"]) as unknown,
    });
    expect(await sls("/machinegroups/group-dev/configs")).toMatchObject({ configs: ["config-dev"] });
  });

  test("changes are made in place", async () => {
    const wishes = {
      retention: 14,
      description: "second",
      ids: ["other-id"],
      token: " ;",
      tags: '{ env = "prod" }',
      input: "*.txt",
    };
    expect(await apply(wishes)).toContain("0 added, 7 changed, 0 destroyed");
    await expectNoChanges();
    const tags = await workspace.attributes("all", "alicloud_log_project.p");
    expect(tags).toMatchObject({ description: "second", tags: { env: "prod" } });
    expect(await workspace.attributes("all", "alicloud_security_group.sg")).toMatchObject({ tags: { env: "prod" } });
    expect(await apply()).toContain("0 added, 7 changed, 0 destroyed");
  });

  test("another name replaces the logstore, and what hangs on it", async () => {
    const text = await apply({ logstore: "store-two" });
    expect(text).toMatch(/logstore_name\s+= "store-dev" -> "store-two" # forces replacement/);
    expect(text).toContain("Plan: 3 to add, 0 to change, 3 to destroy.");
    await apply();
    await expectNoChanges();
  });

  test("a change by hand is seen and mended", async () => {
    const { api } = workspace;
    const found = await api.sls({ call: "GetLogStore", method: "GET", project, path: "/logstores/store-dev" });
    const body = { ...found, ttl: 90 };
    await api.sls({ call: "UpdateLogStore", method: "PUT", project, path: "/logstores/store-dev", body });
    await api.sls({ call: "Remove", method: "DELETE", project, path: "/machinegroups/group-dev/configs/config-dev" });
    const { id } = await workspace.attributes("all", "alicloud_security_group.sg");
    await api.ecs("ModifySecurityGroupAttribute", { SecurityGroupId: String(id), Description: "by hand" });
    const byHand = async (path: string, change: object): Promise<unknown> => {
      const former = await api.sls({ call: "Get", method: "GET", project, path });
      return api.sls({ call: "ByHand", method: "PUT", project, path, body: { ...former, ...change } });
    };
    await byHand("/", { description: "by hand" });
    await byHand("/machinegroups/group-dev", { machineList: ["by-hand"] });
    await byHand("/configs/config-dev", {
      inputDetail: { logType: "json_log", logPath: "/by/hand", filePattern: "*" },
    });
    const rule = await workspace.attributes("all", "alicloud_security_group_rule.r");
    const one = { SecurityGroupId: String(id), SecurityGroupRuleId: String(rule["security_group_rule_id"]) };
    await api.ecs("ModifySecurityGroupRule", { ...one, Description: "by hand" }, { get: true });
    const { code, text } = await plan();
    expect(code).toBe(2);
    expect(text).toMatch(/retention_period\s+= 90 -> 7/);
    expect(text).toMatch(/description\s+= "by hand" -> "first"/);
    expect(text.match(/description\s+= "by hand" -> "first"/g)).toHaveLength(3);
    expect(text).toMatch(/- "by-hand",/);
    expect(text).toMatch(/"\/by\/hand" -> "\/var\/log"/);
    expect(text).toContain("alicloud_logtail_attachment.a will be created");
    expect(text).toContain("Plan: 1 to add, 6 to change, 0 to destroy.");
    await apply();
    await expectNoChanges();
  });

  test("what was removed by hand is made again", async () => {
    await workspace.api.sls({ call: "Delete", method: "DELETE", project, path: "/logstores/store-dev/index" });
    expect((await plan()).text).toContain("Plan: 1 to add, 0 to change, 0 to destroy.");
    await apply();
  });

  test("all but the Logtail config are imported by their ids, and then nothing is to be done", async () => {
    const { id: group } = await workspace.attributes("all", "alicloud_security_group.sg");
    const { id: rule } = await workspace.attributes("all", "alicloud_security_group_rule.r");
    const ids = {
      "alicloud_log_project.p": project,
      "alicloud_log_store.s": `${project}:store-dev`,
      "alicloud_log_store_index.i": `${project}:store-dev`,
      "alicloud_log_machine_group.g": `${project}:group-dev`,
      "alicloud_logtail_attachment.a": `${project}:config-dev:group-dev`,
      "alicloud_security_group.sg": String(group),
      "alicloud_security_group_rule.r": String(rule),
    };
    await workspace.terraform("all", ["state", "rm", ...Object.keys(ids)]);
    for (const [address, id] of Object.entries(ids)) {
      expect((await workspace.terraform("all", ["import", address, id])).text).toContain("Import successful!");
    }
    await expectNoChanges();
  });

  test("a Logtail config is imported with all that the service knows of it, and one update settles it", async () => {
    await workspace.terraform("all", ["state", "rm", "alicloud_logtail_config.c"]);
    await workspace.terraform("all", ["import", "alicloud_logtail_config.c", `${project}:store-dev:config-dev`]);
    const { input_detail: detail } = await workspace.attributes("all", "alicloud_logtail_config.c");
    expect(JSON.parse(String(detail))).toMatchObject({ logType: "json_log", maxDepth: 100, topicFormat: "none" });
    expect(await apply()).toContain("0 added, 1 changed, 0 destroyed");
    await expectNoChanges();
  });

  test("importing what is not there, or by an id of another form, says so", async () => {
    await workspace.terraform("all", ["state", "rm", "alicloud_log_store_index.i"]);
    const missing = await workspace.terraform("all", ["import", "alicloud_log_store_index.i", `${project}:nowhere`]);
    expect(missing).toMatchObject({ code: 1, text: expect.stringContaining("Cannot import non-existent") as string });
    const bad = await workspace.terraform("all", ["import", "alicloud_log_store_index.i", "store-dev"]);
    expect(bad).toMatchObject({ code: 1, text: expect.stringContaining("form project:logstore, got") as string });
    await workspace.terraform("all", ["import", "alicloud_log_store_index.i", `${project}:store-dev`]);
    await expectNoChanges();
  });

  test("destroy takes everything away, and says so when there is nothing more", async () => {
    const { code, text } = await workspace.terraform("all", ["destroy", "-auto-approve"]);
    expect(text).toContain("Destroy complete! Resources: 8 destroyed.");
    expect(code).toBe(0);
    await expect(workspace.api.sls({ call: "GetProject", method: "GET", project, path: "/" })).rejects.toMatchObject({
      code: "ProjectNotExist",
    });
    expect(workspace.cloud.requests.filter(({ status }) => status >= 500)).toEqual([]);
  });
});
