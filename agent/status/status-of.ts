import type { LogBuffer } from "../buffer/log-buffer";
import type { LogQueue } from "../buffer/log-queue";
import type { SyslogConfig } from "../config/discovery";
import type { Identity } from "../config/identity";
import type { Settings } from "../config/settings";
import { agentVersion } from "../version";
import type { UnfitReason } from "./events";
import type { Rates } from "./rates";
import type { AgentStatus, InputStatus } from "./status-file";
import type { Tally } from "./tally";

/** The parts of an agent that its status tells of. */
export interface StatusParts {
  readonly settings: Settings;
  readonly identity: Identity;
  readonly configs: readonly SyslogConfig[];
  readonly inputs: readonly InputStatus[];
  readonly buffer: LogBuffer;
  readonly senderState: (queue: LogQueue) => string;
  readonly setAside: AgentStatus["setAside"];
  /** Lines, since the start. */
  readonly accepted: number;
  /** Lines, since the start, by config. */
  readonly filtered: ReadonlyMap<string, number>;
  readonly tally: Tally;
  readonly unfit: ReadonlyMap<UnfitReason, number>;
  /** Gets the figures of now. */
  readonly rates: Rates;
  readonly state: AgentStatus["state"];
  readonly readingBack: AgentStatus["readingBack"];
  readonly startedAt: string;
  readonly now: Date;
}

export function statusOf(parts: StatusParts): AgentStatus {
  const { settings, identity, buffer, tally, accepted, now } = parts;
  return {
    version: agentVersion,
    pid: process.pid,
    state: parts.state,
    ...(parts.readingBack ? { readingBack: parts.readingBack } : {}),
    startedAt: parts.startedAt,
    updatedAt: now.toISOString(),
    endpoint: settings.endpoint,
    projects: settings.projects,
    machine: { userDefinedIds: identity.userDefinedIds, addresses: identity.addresses },
    configs: parts.configs.map(({ project, config, logstore, tag, group, notApplied }) => ({
      project,
      config,
      logstore,
      tag,
      group,
      ...(notApplied === undefined ? {} : { notApplied }),
    })),
    inputs: parts.inputs,
    queues: buffer.all().map((queue) => ({
      ...queue.destination,
      lines: queue.lines,
      bytes: queue.bytes,
      ...(queue.oldest ? { oldest: queue.oldest.toISOString() } : {}),
      sender: parts.senderState(queue),
    })),
    setAside: parts.setAside,
    lines: {
      accepted,
      sent: tally.sentLines,
      setAside: tally.setAsideLines,
      resent: tally.resentLines,
      recovered: tally.recoveredLines,
      keptOnDisk: tally.keptLines,
      filtered: Object.fromEntries(parts.filtered),
      dropped: { ...buffer.dropped },
      unfit: Object.fromEntries(parts.unfit),
    },
    buffer: {
      memoryBytes: buffer.memoryUsed,
      ...(buffer.diskProblem === undefined ? {} : { diskProblem: buffer.diskProblem }),
    },
    rates: parts.rates.add(now.getTime(), { accepted, sent: tally.sentLines, sentBytes: tally.sentBytes }),
    sent: { batches: tally.batches, bytes: tally.sentBytes, failedTries: tally.failedTries },
    waitingFor: Object.fromEntries(tally.waitingFor),
    ...(tally.lastError ? { lastError: tally.lastError } : {}),
  };
}
