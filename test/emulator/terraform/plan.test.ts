import { expect, test } from "vitest";
import { planResource } from "../../../emulator/terraform/plan";
import { resourceKinds } from "../../../emulator/terraform/resources";
import { loadSchema } from "../../../emulator/terraform/schema";
import { conform } from "../../../emulator/terraform/state";
import { unknown, type ValueMap } from "../../../emulator/terraform/values";

const schema = loadSchema();

/** Terraform's own merge, near enough: the configuration, and what was before for computed arguments that it leaves out. */
function plan(type: string, written: ValueMap, before?: ValueMap) {
  const kind = resourceKinds.find((one) => one.type === type);
  const block = schema.resource_schemas[type]?.block;
  if (!kind || !block) throw new Error(`no ${type}`);
  const config = conform(block, written);
  const prior = before && conform(block, before);
  const proposed = Object.fromEntries(
    Object.entries(config).map(([name, value]) => {
      const kept = value === null && block.attributes?.[name]?.computed ? prior?.[name] : undefined;
      return [name, kept ?? value];
    }),
  );
  return planResource(kind, block, prior, proposed, config);
}

const madeStore: ValueMap = {
  ...{
    id: "p:l",
    project_name: "p",
    project: "p",
    logstore_name: "l",
    name: "l",
    retention_period: 30,
    shard_count: 2,
  },
  ...{ append_meta: true, auto_split: false, enable_web_tracking: false, hot_ttl: 0, infrequent_access_ttl: 0 },
  ...{
    max_split_shard_count: 0,
    mode: "standard",
    metering_mode: "ChargeByFunction",
    telemetry_type: "",
    create_time: 1,
  },
};

test("at creation defaults are filled in and computed values are known after apply", () => {
  const { planned, requiresReplace } = plan("alicloud_log_store", { project_name: "p", logstore_name: "l" });
  expect(planned).toMatchObject({
    retention_period: 30,
    shard_count: 2,
    append_meta: true,
    auto_split: null,
    encrypt_conf: unknown,
  });
  expect(planned).toMatchObject({ id: unknown, name: unknown, mode: unknown, create_time: unknown });
  expect(requiresReplace).toEqual([]);
});

test("nothing changes where the service says zero for what was left out", () => {
  const { planned, requiresReplace } = plan("alicloud_log_store", { project_name: "p", logstore_name: "l" }, madeStore);
  expect(planned).toEqual(conform(schema.resource_schemas["alicloud_log_store"]?.block ?? {}, madeStore));
  expect(requiresReplace).toEqual([]);
});

test("an argument that is taken out of the configuration goes back to nothing", () => {
  const before = { ...madeStore, hot_ttl: 30 };
  expect(plan("alicloud_log_store", { project_name: "p", logstore_name: "l" }, before).planned["hot_ttl"]).toBeNull();
});

test("another name, or one that is not known yet, replaces the logstore; another shard count does not", () => {
  const replaced = (config: ValueMap) => plan("alicloud_log_store", config, madeStore).requiresReplace;
  expect(replaced({ project_name: "p", logstore_name: "other" })).toEqual(["logstore_name"]);
  expect(replaced({ project_name: unknown, logstore_name: "l" })).toEqual(["project_name"]);
  expect(replaced({ project_name: "p", logstore_name: "l", shard_count: 8 })).toEqual([]);
});

test("members of a set in another order are no change", () => {
  const group = { project: "p", name: "g", identify_type: "userdefined" };
  const { planned } = plan(
    "alicloud_log_machine_group",
    { ...group, identify_list: ["b", "a"] },
    { ...group, id: "p:g", topic: "", identify_list: ["a", "b"] },
  );
  expect(planned["identify_list"]).toEqual(["a", "b"]);
});

test("index blocks that mean the same are no change; a changed token is", () => {
  const index = { project: "p", logstore: "l", log_reduce: null, max_text_len: null };
  const prior = {
    ...{ ...index, id: "p:l", log_reduce: false, max_text_len: 0 },
    field_search: [
      {
        name: "a",
        type: "text",
        alias: "",
        token: ",",
        case_sensitive: false,
        include_chinese: false,
        enable_analytics: true,
        json_keys: [],
      },
      {
        name: "b",
        type: "long",
        alias: "",
        token: "",
        case_sensitive: false,
        include_chinese: false,
        enable_analytics: true,
        json_keys: [],
      },
    ],
  };
  const field_search: ValueMap[] = [{ name: "b" }, { name: "a", type: "text", token: "," }];
  const planFor = (fields: readonly ValueMap[]) =>
    plan("alicloud_log_store_index", { ...index, field_search: fields }, prior);
  expect(planFor(field_search).planned["field_search"]).toEqual(prior.field_search);
  expect(planFor([{ name: "b" }, { name: "a", type: "text", token: ";" }]).planned["field_search"]).not.toEqual(
    prior.field_search,
  );
});

test("input_detail is the same however its JSON is written", () => {
  const config = { project: "p", logstore: "l", name: "c", input_type: "file", output_type: "LogService" };
  const { planned } = plan("alicloud_logtail_config", { ...config, input_detail: '{ "b": 1,\n "a": "<" }' });
  expect(planned["input_detail"]).toBe('{"a":"\\u003c","b":1}');
});

test("only the description of a rule changes in place", () => {
  const rule = {
    security_group_id: "sg-1",
    type: "ingress",
    ip_protocol: "tcp",
    port_range: "11111/11111",
    cidr_ip: "10.0.0.0/8",
  };
  const prior = {
    ...rule,
    id: "x",
    policy: "accept",
    priority: 1,
    nic_type: "intranet",
    description: "old",
    prefix_list_id: "",
  };
  expect(plan("alicloud_security_group_rule", { ...rule, description: "new" }, prior).requiresReplace).toEqual([]);
  expect(plan("alicloud_security_group_rule", { ...rule, priority: 5 }, prior).requiresReplace).toEqual(["priority"]);
});
