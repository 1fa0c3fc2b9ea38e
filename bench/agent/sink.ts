/**
 * Stands where the service stands, in a process of its own, as cheaply as can be: counts the bytes of PutLogs, and answers
 * the four requests by which an agent finds its config. With `--times` it looks into the logs: each message begins with
 * the time at which it was sent, and the sink keeps how long that is ago. Of other requests with gzip it counts what they were
 * before (the last four bytes tell). Another port counts bytes of plain TCP.
 */
import * as http from "node:http";
import * as net from "node:net";
import { decodeLogGroup, lz4Decompress } from "../../sls";

const times = process.argv.includes("--times");
let requests = 0;
let bytes = 0;
let rawBytes = 0;
let tcpBytes = 0;
let ages: number[] = [];

const group = {
  groupName: "g",
  groupType: "",
  machineIdentifyType: "userdefined",
  groupAttribute: {},
  machineList: ["bench"],
};
const config = {
  configName: "c",
  inputType: "syslog",
  inputDetail: { tag: "sys_tag" },
  outputType: "LogService",
  outputDetail: { logstoreName: "bench-store" },
};

function found(url: string): unknown {
  if (url.startsWith("/machinegroups/g/configs")) return { configs: ["c"], count: 1 };
  if (url.startsWith("/machinegroups/g")) return group;
  if (url.startsWith("/machinegroups")) return { machinegroups: ["g"], count: 1, total: 1 };
  return config;
}

function look(body: Buffer, rawSize: number): void {
  const now = Date.now();
  for (const { contents } of decodeLogGroup(lz4Decompress(body, rawSize)).logs) {
    const [, msg = ""] = contents.find(([key]) => key === "msg") ?? [];
    ages.push(now - Number(String(msg).split(" ")[0]));
  }
}

const service = http.createServer((request, response) => {
  const chunks: Buffer[] = [];
  let size = 0;
  let last = Buffer.alloc(4);
  const gzip = request.headers["content-encoding"] === "gzip";
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (times) chunks.push(chunk);
    if (gzip) last = Buffer.concat([last, chunk.subarray(-4)]).subarray(-4);
  });
  request.on("end", () => {
    const headers = { "x-log-requestid": "R", "content-type": "application/json" };
    if (request.method !== "POST")
      return void response
        .writeHead(200, headers)
        .end(JSON.stringify(found(new URL(request.url ?? "", "http://x").pathname)));
    const rawSize = gzip ? last.readUInt32LE(0) : Number(request.headers["x-log-bodyrawsize"]);
    requests++;
    bytes += size;
    rawBytes += rawSize;
    if (times) look(Buffer.concat(chunks), rawSize);
    response.writeHead(200, gzip ? { "content-type": "application/x-protobuf" } : headers).end();
  });
});
const counter = net.createServer((socket) => {
  socket.on("data", (chunk: Buffer) => (tcpBytes += chunk.length));
  socket.on("error", () => undefined);
});
service.listen(0, "127.0.0.1", () => {
  counter.listen(0, "127.0.0.1", () => {
    const port = (server: net.Server): number => (server.address() as net.AddressInfo).port;
    process.send?.({ http: port(service), tcp: port(counter) });
  });
});
process.on("message", () => {
  process.send?.({ requests, bytes, rawBytes, tcpBytes, ages });
  ages = [];
});
process.on("disconnect", () => process.exit(0));
