import { join } from "node:path";
import { realDisk, type Disk } from "../../../agent/buffer/disk";
import { bufferIn, type BufferBench } from "./buffer";
import { temporaryFolder } from "./folder";

/** The first segment of the benches' logstore. */
export const segment = (folder: string): string => join(folder, "p.l", "00000001.seg");

/** A folder as a killed agent leaves it: one record for each text. */
export async function folderWith(messages: readonly string[]): Promise<string> {
  const folder = temporaryFolder();
  const bench = bufferIn(folder);
  for (const msg of messages) {
    bench.put([msg]);
    await bench.written();
  }
  return folder;
}

/** The next agent's buffer. */
export async function recovered(folder: string, disk: Disk = realDisk): Promise<BufferBench> {
  const bench = bufferIn(folder, { disk });
  await bench.buffer.recover();
  return bench;
}
