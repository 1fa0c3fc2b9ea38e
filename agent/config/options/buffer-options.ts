import type { Overflow } from "../../buffer/room";
import { choice, integer } from "../option";

/** Where unsent lines wait. */
export const bufferOptions = {
  bufferMode: choice<"disk" | "memory">(
    {
      path: "buffer.mode",
      env: "SLS_AGENT_BUFFER_MODE",
      doc: "where unsent lines wait: disk (in memory too, as long as there is room), or memory (on disk from a stop to the next start only)",
      fallback: "disk",
    },
    ["disk", "memory"],
  ),
  bufferBytes: integer(
    {
      path: "buffer.maxBytes",
      env: "SLS_AGENT_BUFFER_MAX_BYTES",
      doc: "unsent lines of one logstore on disk, encoded; what happens then says buffer.overflow",
      fallback: 1024 * 1024 * 1024,
    },
    1024 * 1024,
    2 ** 40,
  ),
  memoryBytes: integer(
    {
      path: "buffer.memoryBytes",
      env: "SLS_AGENT_BUFFER_MEMORY_BYTES",
      doc: "memory for unsent lines of all logstores together; what is on disk leaves it when it gets short",
      fallback: 32 * 1024 * 1024,
    },
    4 * 1024 * 1024,
    2 ** 32,
  ),
  maxAgeHours: integer(
    {
      path: "buffer.maxAgeHours",
      env: "SLS_AGENT_BUFFER_MAX_AGE_HOURS",
      doc: "lines that an agent could not send for so long are dropped; the time counts from the start of the agent that sends them",
      fallback: 24,
    },
    1,
    7 * 24,
  ),
  overflow: choice<Overflow>(
    {
      path: "buffer.overflow",
      env: "SLS_AGENT_BUFFER_OVERFLOW",
      doc: "when the buffer is full: block (the senders of lines are held back), drop-oldest or drop-newest",
      fallback: "block",
    },
    ["block", "drop-oldest", "drop-newest"],
  ),
  commitMs: integer(
    {
      path: "buffer.commitMs",
      env: "SLS_AGENT_BUFFER_COMMIT_MS",
      doc: "time between two writes to disk, which a kill costs over plain TCP; 0: what is read is written at once, in a flood in 5 ms",
      fallback: 0,
    },
    0,
    10_000,
  ),
  fsync: choice<"when-asked" | "always">(
    {
      path: "buffer.fsync",
      env: "SLS_AGENT_BUFFER_FSYNC",
      doc: "the disk has to promise each write: when-asked (by RELP, and at a stop), or always (lines of TCP survive a power cut too)",
      fallback: "when-asked",
    },
    ["when-asked", "always"],
  ),
} as const;
