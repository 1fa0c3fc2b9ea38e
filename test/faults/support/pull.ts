/** Everything that a logstore holds, group by group, by the service's own PullLogs: fast, and without an index. */
import * as http from "node:http";
import { decodeLogGroup } from "../../../sls/wire/log-group";
import { encodeQuery, type Credentials } from "../../../sls/wire/request";
import { signV1 } from "../../../sls/wire/sign-v1";
import type { LogGroup } from "../../../sls/model/log";

/** A local cloud, in this process or in another. */
export interface CloudAddress {
  readonly url: string;
  readonly region: string;
  readonly credentials: Credentials;
}

interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly bytes: Buffer;
}

function get(
  cloud: CloudAddress,
  project: string,
  path: string,
  query: Record<string, string>,
  date: Date,
): Promise<Reply> {
  const host = `${project}.${cloud.region}.log.aliyuncs.com`;
  const signable = { method: "GET", path, query, headers: { host }, body: Buffer.alloc(0) };
  const headers = { host, ...signV1(signable, cloud.credentials, { date }) };
  return new Promise((resolve, reject) => {
    const asked = http.get(`${cloud.url}${path}?${encodeQuery(query)}`, { headers, agent: false }, (reply) => {
      const chunks: Buffer[] = [];
      reply.on("data", (chunk: Buffer) => chunks.push(chunk));
      reply.on("error", reject);
      reply.on("end", () => {
        const bytes = Buffer.concat(chunks);
        if (reply.statusCode === 200) resolve({ status: 200, headers: reply.headers, bytes });
        else reject(new Error(`GET ${path}: ${reply.statusCode} ${bytes.toString()}`));
      });
    });
    asked.on("error", reject);
  });
}

/** The groups of one logstore, each given once: what was read is not asked for again. */
export class LogReader {
  /** Of each shard, where to go on. */
  private readonly cursors = new Map<number, string>();

  constructor(
    private readonly cloud: CloudAddress,
    private readonly project: string,
    private readonly logstore: string,
    private readonly shards = 1,
  ) {}

  /** What has come since the last time. `date` is the cloud's clock. */
  async next(date = new Date()): Promise<LogGroup[]> {
    const groups: LogGroup[] = [];
    for (let shard = 0; shard < this.shards; shard++) {
      const path = `/logstores/${this.logstore}/shards/${shard}`;
      let cursor = this.cursors.get(shard) ?? (await this.begin(path, date));
      for (;;) {
        const query = { type: "log", cursor, count: "1000" };
        const { headers, bytes } = await get(this.cloud, this.project, path, query, date);
        for (const group of groupsIn(bytes)) groups.push(decodeLogGroup(group));
        const next = headers["x-log-cursor"] as string;
        if (next === cursor) break;
        cursor = next;
      }
      this.cursors.set(shard, cursor);
    }
    return groups;
  }

  private async begin(path: string, date: Date): Promise<string> {
    const { bytes } = await get(this.cloud, this.project, path, { type: "cursor", from: "begin" }, date);
    return (JSON.parse(bytes.toString()) as { cursor: string }).cursor;
  }
}

/** Fields 1 of a LogGroupList. */
function* groupsIn(list: Buffer): Iterable<Buffer> {
  for (let at = 0; at < list.length;) {
    if (list[at++] !== 0x0a) throw new Error(`no log group begins at byte ${at - 1}`);
    let size = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = list[at++] as number;
      size += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
    }
    yield list.subarray(at, (at += size));
  }
}
