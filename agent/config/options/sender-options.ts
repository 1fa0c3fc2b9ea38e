import { choice, integer } from "../option";

/** How lines are sent. */
export const senderOptions = {
  compress: choice(
    {
      path: "compress",
      env: "SLS_AGENT_COMPRESS",
      doc: "compression of what is sent; zstd needs Node 22.15",
      fallback: "lz4",
    },
    ["lz4", "deflate", "zstd", "none"],
  ),
  batchBytes: integer(
    {
      path: "sender.batchBytes",
      env: "SLS_AGENT_BATCH_BYTES",
      doc: "size of one PutLogs before compression",
      fallback: 512 * 1024,
    },
    1024,
    8 * 1024 * 1024,
  ),
  batchLines: integer(
    { path: "sender.batchLines", env: "SLS_AGENT_BATCH_LINES", doc: "lines of one PutLogs", fallback: 4096 },
    1,
    40960,
  ),
  lingerMs: integer(
    {
      path: "sender.lingerMs",
      env: "SLS_AGENT_LINGER_MS",
      doc: "how long a batch that is not full waits for more lines",
      fallback: 100,
    },
    0,
    60_000,
  ),
  concurrency: integer(
    {
      path: "sender.concurrency",
      env: "SLS_AGENT_CONCURRENCY",
      doc: "requests to one logstore at once; 1 keeps lines in order (so does shardHashKey of a Logtail config, source by source)",
      fallback: 4,
    },
    1,
    64,
  ),
  timeoutSeconds: integer(
    {
      path: "sender.timeoutSeconds",
      env: "SLS_AGENT_TIMEOUT_SECONDS",
      doc: "for one request, until the last byte of the reply",
      fallback: 30,
    },
    1,
    600,
  ),
  setAsideBytes: integer(
    {
      path: "sender.setAsideBytes",
      env: "SLS_AGENT_SET_ASIDE_BYTES",
      doc: "lines of one logstore that the service refuses for good, on disk; what is refused beyond that is lost",
      fallback: 256 * 1024 * 1024,
    },
    0,
    2 ** 40,
  ),
  drainSeconds: integer(
    {
      path: "drainSeconds",
      env: "SLS_AGENT_DRAIN_SECONDS",
      flag: "--drain-seconds <number>",
      doc: "at a stop: time for sending what is left before the rest is kept on disk",
      fallback: 10,
    },
    0,
    600,
  ),
} as const;
