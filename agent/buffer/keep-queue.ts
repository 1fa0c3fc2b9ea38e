import type { Emit } from "../status/events";
import type { LogQueue } from "./log-queue";

/** For the end of a process: writes what waits and asks the disk to promise it. Returns the lines that could not be kept. */
export function keepQueue(queue: LogQueue, emit: Emit): number {
  const { destination, folder, lines } = queue;
  if (lines === 0) return 0;
  const { lost, error } = folder.writeNow([...queue.unsettled()]);
  const unsure = folder.syncNow();
  const gone = unsure ? lines : lost;
  const why = unsure ?? error;
  const where = { ...destination, file: folder.path };
  if (gone < lines) emit({ type: "BufferKept", ...where, lines: lines - gone, bytes: folder.bytes });
  if (gone > 0) emit({ type: "BufferNotKept", ...where, lines: gone, message: why?.message ?? "unknown" });
  return gone;
}
