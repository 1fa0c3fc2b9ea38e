/** What is kept lies in the data folder, and is there at the next start. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { testCloud } from "../../support/local-cloud";
import { rawRequest } from "../../support/raw-request";

const dataDir = mkdtempSync(join(tmpdir(), "cdktf-sls-data-"));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const project = "saved-project";
/** Path, what is made there, name; the last two of the account. */
const made: readonly (readonly [string, Record<string, unknown>, string])[] = [
  ["/logstores", { logstoreName: "ls-1", ttl: 1, shardCount: 1 }, "ls-1"],
  ["/dashboards", { dashboardName: "d-1", charts: [{ title: "$map", $map: [1] }] }, "d-1"],
  ["/jobs", { name: "j-1", type: "Alert", configuration: { queryList: [] } }, "j-1"],
  [
    "/pipelineconfigs",
    {
      configName: "p-1",
      inputs: [{ Type: "service_syslog" }],
      flushers: [{ Type: "flusher_sls", Logstore: "ls-1" }],
    },
    "p-1",
  ],
];

test("dashboards, jobs, pipelines and resources are there after a restart, as they were", async () => {
  const first = await testCloud({ dataDir });
  const answers: string[] = [];
  await rawRequest(first, { method: "POST", path: "/", body: { projectName: project, recycleBinEnabled: true } });
  for (const [path, body] of made) await rawRequest(first, { method: "POST", path, body, project });
  await rawRequest(first, { method: "POST", path: "/resources", body: { name: "r-1", type: "userdefine" } });
  for (const [path, , name] of made) answers.push((await rawRequest(first, { path: `${path}/${name}`, project })).text);
  answers.push((await rawRequest(first, { path: "/resources/r-1" })).text);
  await first.close();

  const second = await testCloud({ dataDir });
  const again: string[] = [];
  for (const [path, , name] of made) again.push((await rawRequest(second, { path: `${path}/${name}`, project })).text);
  again.push((await rawRequest(second, { path: "/resources/r-1" })).text);
  await second.close();
  expect(again).toEqual(answers);
  expect(answers.filter((text) => text.includes("errorCode"))).toEqual([]);
});
