/** Which action on which resource each operation of Log Service is, as the service's error messages name them. */
import { expect, test } from "vitest";
import { operations } from "../../../emulator/operations";
import { neededAccess } from "../../../emulator/sls/access";

const path = { logstore: "ls", config: "c", group: "g", shard: "0" };
const base = { region: "cn-hangzhou", projectName: "p", path, query: {}, body: Buffer.alloc(0) };
const project = "acs:log:cn-hangzhou:1000000000000000:project/p";

const accessOf = (name: string, more: Partial<typeof base> = {}): readonly string[] => {
  const operation = operations.find((one) => one.name === name);
  if (operation === undefined) throw new Error(`no operation ${name}`);
  const { actions, resources } = neededAccess(operation, { ...base, ...more });
  return [String(actions[0]), ...resources.map((resource) => resource.replace(project, ""))];
};

test.each<[string, ...string[]]>([
  ["GetProject", "GetProject", ""],
  ["CreateLogStore", "CreateLogStore", "/logstore/*"],
  ["GetLogStore", "GetLogStore", "/logstore/ls"],
  ["ListLogStores", "ListLogStores", "/logstore/*"],
  ["GetIndex", "GetIndex", "/logstore/ls"],
  ["ListShards", "ListShards", "/logstore/ls"],
  ["GetCursorOrData", "GetCursorOrData", "/logstore/ls"],
  ["ListConfig", "ListConfig", "/logtailconfig/*"],
  ["UpdateConfig", "UpdateConfig", "/logtailconfig/c"],
  ["GetAppliedMachineGroups", "GetAppliedMachineGroups", "/logtailconfig/c"],
  ["CreateMachineGroup", "CreateMachineGroup", "/machinegroup/*"],
  ["ListMachines", "ListMachines", "/machinegroup/g"],
  ["GetAppliedConfigs", "GetAppliedConfigs", "/machinegroup/g"],
  ["ApplyConfigToMachineGroup", "ApplyConfigToGroup", "/machinegroup/g", "/logtailconfig/c"],
  ["CreateConsumerGroup", "CreateConsumerGroup", "/logstore/ls/consumergroup/*"],
  ["ConsumerGroupHeartBeat", "ConsumerGroupHeartBeat", "/logstore/ls/consumergroup/g"],
])("%s is log:%s", (name, ...needed) => {
  expect(accessOf(name)).toEqual(needed);
});

test("writing is log:PostLogStoreLogs on each of its paths", () => {
  const puts = operations.filter(({ path: at, method }) => method === "POST" && /\/shards\/(lb|route)$/.test(at));
  expect(puts).toHaveLength(2);
  for (const operation of puts) {
    expect(neededAccess(operation, base)).toEqual({
      actions: ["PostLogStoreLogs"],
      resources: [`${project}/logstore/ls`],
    });
  }
});

test("reading is log:GetLogStoreLogs by GET and by POST, and a histogram its own action", () => {
  const actionOf = (at: string, method: string, type?: string): string | undefined => {
    const found = operations.find(
      (one) => one.path === at && one.method === method && (!type || one.type?.includes(type)),
    );
    return found && neededAccess(found, base).actions[0];
  };
  expect(actionOf("/logstores/{logstore}/logs", "POST")).toBe("GetLogStoreLogs");
  expect(actionOf("/logstores/{logstore}", "GET", "log")).toBe("GetLogStoreLogs");
  expect(actionOf("/logstores/{logstore}", "GET", "histogram")).toBe("GetLogStoreHistogram");
});

test("operations that share a path are told apart by the query", () => {
  expect(accessOf("SplitShard", { query: { action: "merge" } })[0]).toBe("MergeShards");
  expect(accessOf("ConsumerGroupHeartBeat", { query: { type: "checkpoint" } })[0]).toBe(
    "ConsumerGroupUpdateCheckPoint",
  );
});

test("calls on the host without a project are about the one that the body or the query names", () => {
  const bare = { ...base, projectName: undefined };
  const resourcesOf = (name: string, more: object): readonly string[] => {
    const operation = operations.find((one) => one.name === name);
    return operation ? neededAccess(operation, { ...bare, ...more }).resources : [];
  };
  const of = (name: string): string[] => [`acs:log:cn-hangzhou:1000000000000000:project/${name}`];
  expect(resourcesOf("CreateProject", { body: Buffer.from('{"projectName":"new"}') })).toEqual(of("new"));
  expect(resourcesOf("TagResources", { body: Buffer.from('{"resourceId":["p#ls"]}') })).toEqual(of("p"));
  expect(resourcesOf("ListTagResources", { query: { resourceId: '["p"]' } })).toEqual(of("p"));
  expect(resourcesOf("ListProject", {})).toEqual(of("*"));
  expect(resourcesOf("ListTagResources", { query: { resourceId: '["p","q#ls"]' } })).toEqual([...of("p"), ...of("q")]);
  expect(resourcesOf("ListTagResources", { query: { resourceId: "[]" } })).toEqual(of("*"));
});

test("what a call names counts, not the host that it came to", () => {
  for (const [name, body] of [
    ["CreateProject", { projectName: "other" }],
    ["TagResources", { resourceId: ["other"] }],
    ["UntagResources", { resourceId: ["other#ls"] }],
    ["ChangeResourceGroup", { resourceId: "other" }],
  ] as const) {
    expect(accessOf(name, { body: Buffer.from(JSON.stringify(body)) })).toEqual([name, `${project.slice(0, -1)}other`]);
  }
  expect(accessOf("UpdateProject", { body: Buffer.from('{"projectName":"other"}') })).toEqual(["UpdateProject", ""]);
});
