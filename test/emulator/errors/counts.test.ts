import { describe, expect, test } from "vitest";
import { rawRequest, type RawRequest } from "../../support/raw-request";
import { cloud, config, group, post } from "./cases";

describe("of counts:", () => {
  const all = async (count: number, request: (i: number) => RawRequest): Promise<void> => {
    for (let from = 0; from < count; from += 20) {
      const some = Array.from({ length: Math.min(20, count - from) }, (_, i) => from + i);
      await Promise.all(
        some.map(async (i) => {
          const { status, errorCode } = await rawRequest(cloud, { project: "counts", ...request(i) });
          expect({ status, errorCode }).toEqual({ status: 200, errorCode: undefined });
        }),
      );
    }
  };
  const refused = async (request: RawRequest, message: RegExp): Promise<void> => {
    const reply = await rawRequest(cloud, { project: "counts", ...request });
    expect(reply).toMatchObject({ status: 400, errorCode: "ProjectQuotaExceed" });
    expect(reply.errorMessage).toMatch(message);
  };
  const logstoreOf = (i: number, shardCount = 1): RawRequest =>
    post("/logstores", { logstoreName: `ls-${i}`, ttl: 1, shardCount });
  const configOf = (i: number): RawRequest =>
    post("/configs", { ...config, configName: `c-${i}`, outputDetail: { logstoreName: "ls-1" } });
  const groupOf = (i: number): RawRequest => post("/machinegroups", { ...group, groupName: `g-${i}` });

  test("200 logstores, configs and machine groups and 400 shards a project, 150 projects an account", async () => {
    await all(1, () => post("/", { projectName: "counts" }));
    await all(3, (i) => logstoreOf(1000 + i, 100));
    await all(100, (i) => logstoreOf(i));
    await refused(logstoreOf(100), /shard count/);
    await all(3, (i) => ({ method: "DELETE", path: `/logstores/ls-${1000 + i}` }));
    await all(100, (i) => logstoreOf(100 + i));
    await refused(logstoreOf(200), /logstore count/);
    await all(200, configOf);
    await refused(configOf(200), /config count/);
    await all(200, groupOf);
    await refused(groupOf(200), /machine group count/);
    await all(148, (i) => post("/", { projectName: `counts-${i}` }));
    await refused(post("/", { projectName: "counts-148" }), /project count/);
  });
});
