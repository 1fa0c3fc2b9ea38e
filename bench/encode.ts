/** LogGroup as protobuf: ours against protobufjs with the SDK's own proto file, as `@alicloud/log` uses it. */
import { join } from "node:path";
import protobuf from "protobufjs";
import { encodeLogGroup } from "../sls";
import { sampleGroup } from "./log-data";
import { measure, report } from "./measure";

export function benchEncode(rounds: number): void {
  const type = protobuf
    .loadSync(join(__dirname, "../node_modules/@alicloud/log/lib/sls.proto"))
    .lookupType("sls.LogGroup");
  const group = sampleGroup();
  const theirs = {
    Topic: group.topic,
    Source: group.source,
    Logs: group.logs.map(({ time, contents }) => ({
      Time: time,
      Contents: contents.map(([Key, Value]) => ({ Key, Value })),
    })),
  };
  const ways = [
    { name: "ours", run: () => encodeLogGroup(group) },
    { name: "protobufjs", run: () => type.encode(theirs).finish() },
  ];
  report("Encode a batch of 4,000 lines", measure(ways, rounds), encodeLogGroup(group).length);
}
