/** In which order logs come back, and what a json index finds; on logs that are put one by one. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeLogGroup, type SlsClient } from "../../sls";
import { clientOf, testCloud, type TestCloud } from "../support/local-cloud";

const [project, logstore] = ["order-project", "order-logstore"];
const time = Math.floor(Date.now() / 1000) - 60;
let cloud: TestCloud;
let client: SlsClient;

const put = (
  contents: readonly (readonly [string, string])[],
  at: { time: number; timeNs?: number },
): Promise<unknown> =>
  client._request(
    "POST",
    project,
    `/logstores/${logstore}/shards/lb`,
    {},
    encodeLogGroup({ logs: [{ ...at, contents }] }),
    { "content-type": "application/x-protobuf" },
  );

beforeAll(async () => {
  cloud = await testCloud();
  client = clientOf(cloud);
  await client.createProject(project, {});
  await client.createLogStore(project, logstore, { ttl: 1, shardCount: 3 });
  const token = [" "];
  await client.createIndex(project, logstore, {
    keys: {
      n: { type: "text", token },
      detail: {
        type: "json",
        token,
        json_keys: { "user.name": { type: "text", token }, "user.id": { type: "long", alias: "uid" } },
      },
    },
  });
  for (let n = 0; n < 7; n++) await put([["n", String(n)]], { time });
  await put([["n", "late"]], { time, timeNs: 500 });
  await put([["n", "early"]], { time: time - 1 });
  await put([["detail", '{"user":{"name":"Ada Lovelace","id":7},"other":"x"}']], { time: time + 5 });
  await put([["detail", "{broken"]], { time: time + 5 });
});
afterAll(async () => {
  client.close();
  await cloud.close();
});

const found = async (query: string, options = {}): Promise<(string | undefined)[]> => {
  const range = { from: time - 5, to: time + 60, query, ...options };
  return (await client.searchLogs(project, logstore, range)).logs.map(({ n, detail }) => n ?? detail);
};

test("logs of one second come in the order in which they arrived, though their shards take turns", async () => {
  const all = ["early", "0", "1", "2", "3", "4", "5", "6", "late"];
  expect(await found("n: *")).toEqual(all);
  expect(await found("n: *", { reverse: true })).toEqual([...all].reverse());
});

test.each([
  ["detail.user.name: ada", 1],
  ['detail.user.name: "Ada Lovelace"', 1],
  ["detail.user.id >= 7", 1],
  ["detail.user.id > 7", 0],
  ["detail.uid: 7", 1],
  ["detail.other: x", 0],
  ["detail.toString: *", 0],
  ["detail.user.name: *", 1],
])("a json field is searched through its indexed keys: %s finds %d", async (query, count) => {
  expect(await found(query)).toHaveLength(count);
});
