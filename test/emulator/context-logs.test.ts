/** GetContextLogs: what the same sender sent before and after one of its logs. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SlsClient } from "../../sls";
import { clientOf, testCloud, withLogstore, writerOf, type TestCloud } from "../support/local-cloud";

let cloud: TestCloud;
let client: SlsClient;
const time = Math.floor(Date.now() / 1000) - 60;
const [project, logstore] = ["test-project", "test-logstore"];

beforeAll(async () => {
  cloud = await testCloud();
  await withLogstore(cloud);
  client = clientOf(cloud);
  const writer = writerOf(cloud);
  for (let group = 0; group < 4; group++) {
    for (const packId of ["ABC-1", "ABC-2"]) {
      const logs = Array.from({ length: 3 }, (_, i) => ({
        time: time + 9 - group,
        contents: [["msg", `${packId} line ${group * 3 + i}`]] as [string, string][],
      }));
      await writer.putLogs(project, logstore, { topic: "", source: "", tags: [["__pack_id__", packId]], logs });
    }
  }
  writer.close();
});
afterAll(async () => {
  client.close();
  await cloud.close();
});

const get = (query: object): Promise<Record<string, unknown>> =>
  client._request("GET", project, `/logstores/${logstore}`, query as Record<string, unknown>, null) as Promise<
    Record<string, unknown>
  >;

async function packOf(msg: string): Promise<{ pack_id: string; pack_meta: string }> {
  const query = `msg: #"${msg}" | with_pack_meta`;
  const { logs } = await client.searchLogs(project, logstore, { from: time, to: time + 60, query });
  expect(logs).toHaveLength(1);
  const [log = {}] = logs;
  return { pack_id: log["__tag__:__pack_id__"] ?? "", pack_meta: log["__pack_meta__"] ?? "" };
}

test("gives the lines around one, as they were sent, and none of another sender", async () => {
  const pack = await packOf("ABC-1 line 5");
  const reply = await get({ type: "context_log", ...pack, back_lines: 3, forward_lines: 4 });
  const logs = reply["logs"] as Record<string, string>[];
  expect(logs.map((log) => [log["__index_number__"], log["msg"]])).toEqual(
    [-3, -2, -1, 0, 1, 2, 3, 4].map((distance) => [String(distance), `ABC-1 line ${5 + distance}`]),
  );
  expect(reply).toMatchObject({ progress: "Complete", total_lines: 8, back_lines: 3, forward_lines: 4 });
  expect(logs[0]?.["__pack_meta__"]).toBe((await packOf("ABC-1 line 2")).pack_meta);
});

test("gives what there is at the ends", async () => {
  const first = await get({
    type: "context_log",
    ...(await packOf("ABC-2 line 0")),
    back_lines: 100,
    forward_lines: 0,
  });
  expect(first).toMatchObject({ total_lines: 1, back_lines: 0 });
  const last = await get({
    type: "context_log",
    ...(await packOf("ABC-2 line 11")),
    back_lines: 1,
    forward_lines: 100,
  });
  expect(last).toMatchObject({ total_lines: 2, back_lines: 1, forward_lines: 0 });
});

test.each([
  ["a pack meta that is none", { pack_meta: "x", back_lines: 1 }, /Invalid pack meta\/id/],
  ["another sender's pack id", { pack_id: "ABC-2", back_lines: 1 }, /Invalid pack meta\/id/],
  ["no lines asked for", {}, /must be postive/],
  ["more lines than 100", { back_lines: 101 }, /must be postive/],
])("refuses %s", async (_what, change, message) => {
  const asked = { type: "context_log", ...(await packOf("ABC-1 line 5")), ...change };
  await expect(get(asked)).rejects.toMatchObject({
    code: "InvalidParameter",
    message: expect.stringMatching(message) as string,
  });
});
