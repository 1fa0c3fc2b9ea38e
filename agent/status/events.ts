import type { StreamLogProblem } from "../../parsers";

/** Why a line is stored whole under `content`. */
export type UnfitReason = StreamLogProblem | "badSyslog" | "unknownTag" | "lineTooLong";

/** Every happening that someone may want to know of. Log lines and counters are readers of it. No secret is ever in one. */
export type AgentEvent =
  | {
      type: "AgentStarted";
      version: string;
      pid: number;
      endpoint: string;
      projects: readonly string[];
      dataDir: string;
    }
  | { type: "ConfigChanged"; from: "service" | "disk"; configs: readonly string[] }
  | { type: "ConfigIgnored"; project: string; config: string; why: string }
  | { type: "ConfigNotWhole"; project: string; config: string; notApplied: readonly string[] }
  | { type: "RegexGivenUp"; config: string; lines: number }
  | { type: "ConfigNotSaved"; file: string; message: string }
  | { type: "CredentialsRenewed"; from: string; until?: string }
  | { type: "CredentialsNotRenewed"; from: string; message: string; until?: string }
  | { type: "WaitingFor"; what: string; why: string }
  | { type: "WaitOver"; what: string }
  | { type: "Listening"; input: string; address: string; port?: number }
  | { type: "ListeningStopped"; input: string }
  | { type: "StatusServed"; address: string; port: number }
  | { type: "ConnectionOpened"; peer: string }
  | { type: "ConnectionClosed"; peer: string; error?: string }
  | { type: "PeerCutOff"; input: string; times: number; sample: string }
  | { type: "LinesKnown"; input: string; peer: string; lines: number }
  | { type: "IdleConnectionsEnded"; input: string; connections: number; sample: string }
  | { type: "DatagramsDropped"; input: string; datagrams: number; by: "agent" | "kernel" }
  | { type: "InputsHeld"; why: string }
  | { type: "InputsReleased" }
  | { type: "LimitReached"; limit: string; why: string }
  | { type: "LinesUnfit"; reason: UnfitReason; lines: number; sample: string }
  | {
      type: "BatchSent";
      project: string;
      logstore: string;
      lines: number;
      bytes: number;
      ms: number;
      requestId: string;
    }
  | { type: "SendFailed"; project: string; logstore: string; code: string; message: string; retryInMs: number }
  | { type: "BatchSplit"; project: string; logstore: string; lines: number; code: string }
  | {
      type: "LinesSetAside";
      project: string;
      logstore: string;
      lines: number;
      code: string;
      message: string;
      file: string;
    }
  | {
      type: "LinesNotSetAside";
      project: string;
      logstore: string;
      lines: number;
      code: string;
      message: string;
      file: string;
    }
  | { type: "LinesResent"; project: string; logstore: string; lines: number; bytes: number }
  | {
      type: "ResendEnded";
      project: string;
      logstore: string;
      sent: number;
      refused: number;
      damaged: number;
      left: number;
      why?: string;
    }
  | { type: "SetAsideRemoved"; project: string; logstore: string; bytes: number }
  | { type: "TimesReplaced"; project: string; logstore: string; lines: number }
  | { type: "ClockCorrected"; offsetMs: number }
  | { type: "BufferRecovered"; project: string; logstore: string; lines: number }
  | { type: "BufferDamaged"; file: string; bytes: number; lines: number; why: string }
  | { type: "BufferCutOff"; file: string; bytes: number }
  | { type: "BufferDiskFails"; folder: string; message: string }
  | { type: "BufferDiskWorks"; folder: string }
  | {
      type: "LinesDropped";
      project: string;
      logstore: string;
      lines: number;
      reason: "bufferFull" | "tooOld" | "damaged" | "setAsideFull";
    }
  | { type: "BufferKept"; project: string; logstore: string; lines: number; bytes: number; file: string }
  | { type: "BufferNotKept"; project: string; logstore: string; lines: number; file: string; message: string }
  | { type: "BufferNotRemoved"; file: string; message: string }
  | { type: "Draining"; why: string; deadlineMs: number }
  | {
      type: "AgentStopped";
      accepted: number;
      filtered: number;
      sent: number;
      setAside: number;
      keptOnDisk: number;
      lost: number;
      /** What the last run left was not read back to its end: lines that nobody counted are on disk still. */
      notReadBack?: true;
    }
  | { type: "AgentStuck"; why: string }
  | { type: "SupervisorNotTold"; message: string }
  | { type: "SettingsChanged"; changed: readonly string[]; atRestart: readonly string[] }
  | { type: "SettingsRefused"; problems: readonly string[] }
  | { type: "AgentFailed"; message: string };

export type Emit = (event: AgentEvent) => void;

/** debug = the ordinary course; warn = odd, nothing lost; error = something was lost, or a person is needed. */
export type Level = "debug" | "info" | "warn" | "error";
export const levels: readonly Level[] = ["debug", "info", "warn", "error"];

/**
 * What is printed at `info` must not come of each line or batch: rsyslog forwards what the agent prints to the agent
 * itself, which would never end.
 */
export function levelOf(event: AgentEvent): Level {
  switch (event.type) {
    case "BatchSent":
    case "BatchSplit":
    case "LinesResent":
    // People are told of it by LinesDropped, which comes once a minute.
    case "LinesNotSetAside":
    case "ConnectionOpened":
    case "ConnectionClosed":
      return "debug";
    case "AgentStarted":
    case "ConfigChanged":
    case "CredentialsRenewed":
    case "WaitOver":
    case "Listening":
    case "StatusServed":
    case "ListeningStopped":
    case "InputsReleased":
    case "BufferRecovered":
    case "LinesKnown":
    case "BufferKept":
    case "BufferDiskWorks":
    case "SettingsChanged":
    case "SetAsideRemoved":
    case "Draining":
      return "info";
    case "ConfigIgnored":
    case "ConfigNotWhole":
    case "RegexGivenUp":
    case "ConfigNotSaved":
    case "CredentialsNotRenewed":
    case "WaitingFor":
    case "PeerCutOff":
    case "IdleConnectionsEnded":
    case "InputsHeld":
    case "LimitReached":
    case "LinesUnfit":
    case "SendFailed":
    case "TimesReplaced":
    case "ClockCorrected":
    case "BufferNotRemoved":
    case "BufferCutOff":
    case "SupervisorNotTold":
      return "warn";
    case "DatagramsDropped":
    case "LinesSetAside":
    case "LinesDropped":
    case "BufferDamaged":
    case "BufferDiskFails":
    case "BufferNotKept":
    case "AgentStuck":
    case "SettingsRefused":
    case "AgentFailed":
      return "error";
    case "ResendEnded":
      return event.refused + event.damaged + event.left > 0 ? "warn" : "info";
    case "AgentStopped":
      return event.lost > 0 ? "error" : "info";
    default:
      return event satisfies never;
  }
}
