/** The calls of `@alicloud/sls20201230` that are recorded; argument: v1 or v4. */
import "./frozen";
import { $OpenApiUtil } from "@alicloud/openapi-core";
import SlsClient, * as Sls from "@alicloud/sls20201230";
import { recordedAt, recordedKey, recordedRegion } from "./recording";

const config = new $OpenApiUtil.Config({
  ...recordedKey,
  protocol: "HTTP",
  endpoint: `${recordedRegion}.log.aliyuncs.com`,
  regionId: recordedRegion,
  signatureVersion: process.argv[2] ?? "v1",
});
const client = new SlsClient(config);
const token = [..." ,'\";=()[]{}?@&<>/:\n\t\r"];
const now = recordedAt.getTime() / 1000;
const range = { from: now - 60, to: now + 60 };
const resource = { resourceType: "project", resourceId: ["wire"] };

async function main(): Promise<void> {
  await client.createProject(new Sls.CreateProjectRequest({ projectName: "wire", description: "golden bytes" }));
  await client.tagResources(new Sls.TagResourcesRequest({ ...resource, tags: [{ key: "team", value: "中文" }] }));
  await client.listTagResources(new Sls.ListTagResourcesRequest(resource));
  const store = { logstoreName: "store", ttl: 7, shardCount: 2, enableTracking: true };
  await client.createLogStore("wire", new Sls.CreateLogStoreRequest(store));
  await client.listLogStores("wire", new Sls.ListLogStoresRequest({ logstoreName: "st", size: 10 }));
  const index = new Sls.Index({ line: { token, caseSensitive: false }, keys: {} });
  await client.createIndex("wire", "store", new Sls.CreateIndexRequest({ body: index }));
  const logs = { topic: "wire", source: "10.0.0.7", logs: [{ msg: "line 1 中文" }] };
  await client.putWebtracking("wire", "store", new Sls.PutWebtrackingRequest(logs));
  const query = '中文 and "line" not a+b';
  await client.getLogs("wire", "store", new Sls.GetLogsRequest({ ...range, query, line: 10 }));
  await client.getLogsV2("wire", "store", new Sls.GetLogsV2Request({ ...range, query }));
  await client.getHistograms("wire", "store", new Sls.GetHistogramsRequest({ ...range, query }));
  await client.getCursor("wire", "store", "0", new Sls.GetCursorRequest({ from: "begin" }));
  await client.deleteProject("wire", new Sls.DeleteProjectRequest({}));
}

void main().catch((error: Error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
