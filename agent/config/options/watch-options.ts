import type { LogFormat } from "../../status/event-log";
import type { Level } from "../../status/events";
import { choice, optionalInteger } from "../option";

/** What the agent may use, and what it tells of itself. */
export const watchOptions = {
  limitMemoryBytes: optionalInteger(
    {
      path: "limits.memoryBytes",
      env: "SLS_AGENT_MEMORY_BYTES",
      doc: "resident memory; above it inputs are held back while there are unsent lines; by default 3/4 of MemoryMax at most",
      fallback: undefined,
      fallbackText: "512 MiB, or twice `buffer.memoryBytes` if that is more",
    },
    64 * 1024 * 1024,
    2 ** 40,
  ),
  cpuPercent: optionalInteger(
    {
      path: "limits.cpuPercent",
      env: "SLS_AGENT_CPU_PERCENT",
      doc: "share of one core; above it inputs are held back for short whiles",
      fallback: undefined,
      fallbackText: "none: no limit",
    },
    10,
    6400,
  ),
  statusPort: optionalInteger(
    {
      path: "status.port",
      env: "SLS_AGENT_STATUS_PORT",
      doc: "port on 127.0.0.1 for /metrics, /healthz and /readyz; 0 for any free one",
      fallback: undefined,
      fallbackText: "none: not served",
    },
    0,
    65535,
  ),
  logFormat: choice<LogFormat>(
    {
      path: "log.format",
      env: "SLS_AGENT_LOG_FORMAT",
      flag: "--log-format <format>",
      doc: "events on stdout: json (a line each, for journald) or text (for people)",
      fallback: "json",
    },
    ["json", "text"],
  ),
  logLevel: choice<Level>(
    {
      path: "log.level",
      env: "SLS_AGENT_LOG_LEVEL",
      flag: "--log-level <level>",
      doc: "lowest level printed; debug prints each batch: never where rsyslog forwards the agent's own output",
      fallback: "info",
    },
    ["debug", "info", "warn", "error"],
  ),
} as const;
