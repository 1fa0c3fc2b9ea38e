/** The calls of `@alicloud/log` that are recorded. */
import "./frozen";
import { recordedAt, recordedKey, recordedRegion } from "./recording";

type Client = Readonly<Record<string, (...args: unknown[]) => Promise<unknown>>>;
// eslint-disable-next-line @typescript-eslint/no-require-imports -- it ships no types
const LogClient = require("@alicloud/log") as new (config: object) => Client;
const client = new LogClient({ ...recordedKey, region: recordedRegion });
const token = [..." ,'\";=()[]{}?@&<>/:\n\t\r"];
const timestamp = recordedAt.getTime() / 1000;
const [from, to] = [new Date((timestamp - 60) * 1000), new Date((timestamp + 60) * 1000)];

const calls: readonly (readonly [string, ...unknown[]])[] = [
  ["createProject", "wire", { description: "golden bytes" }],
  ["createLogStore", "wire", "store", { ttl: 7, shardCount: 2 }],
  ["listLogStore", "wire", { logstoreName: "st" }],
  ["getLogStore", "wire", "store"],
  ["createIndex", "wire", "store", { line: { token, caseSensitive: false }, keys: {} }],
  [
    "postLogStoreLogs",
    "wire",
    "store",
    {
      topic: "wire",
      source: "10.0.0.7",
      tags: [{ host: "vm-1" }],
      logs: [
        { timestamp, content: { msg: "line 1 中文", "app-name": "todo-list" } },
        { timestamp, timestampNsPart: 42, content: { msg: "a b/c=d&e+f" } },
      ],
    },
  ],
  ["getLogs", "wire", "store", from, to, { query: '中文 and "todo-list"', line: 10, reverse: true, topic: "wire" }],
  ["getHistograms", "wire", "store", from, to, { query: "a b/c=d&e+f" }],
  ["deleteProject", "wire"],
];

async function main(): Promise<void> {
  for (const [method, ...args] of calls) await client[method]?.(...args);
}

void main().catch((error: Error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
