import { Block } from "../../../agent/buffer/block";
import { Lane } from "../../../agent/buffer/lane";
import { BlockMemory } from "../../../agent/buffer/memory";
import type { Log } from "../../../sls/model/log";
import { decodeLogGroup } from "../../../sls/wire";

/** A lane that hands on each log as it was written into its block. */
export function laneTo(took: (log: Log, bytes: Buffer) => void): Lane {
  const memory = new BlockMemory(1024 * 1024, 4 * 1024 * 1024);
  const lane: Lane = new Lane(
    1,
    { topic: "", source: "s" },
    {
      destination: { project: "p", logstore: "l" },
      memory,
      room: (_, size) => {
        const block = new Block(lane, 0, 0, new Date(0));
        block.reserve(size);
        return block;
      },
      added: (block) => {
        const bytes = Buffer.from(block.bytes?.subarray(0, block.to) ?? []);
        block.leave();
        took(decodeLogGroup(bytes).logs[0] as Log, bytes);
      },
    },
  );
  return lane;
}
