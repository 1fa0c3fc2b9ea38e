import type { AgentEvent, UnfitReason } from "./events";

const unfitReasons: Readonly<Record<UnfitReason, string>> = {
  unknownVersion:
    "begin neither with a version that this agent knows (0.1, and those of streamlog_formats) nor with a syslog priority",
  badSyslog: "begin with a syslog priority and are neither RFC 3164 nor RFC 5424",
  noTag: "have no tag after the version",
  badTime: "have no unix time as third field; the template must say %timegenerated:::date-unixtimestamp%",
  badAddress: "have no IP address as fourth field",
  tooFewFields: "have fewer fields than the template of version 0.1",
  badStructuredData: "have no structured data of RFC 5424 before the message, nor - for none",
  unknownTag: "have a tag that no Logtail config of this machine names",
  lineTooLong: "are longer than syslog.maxLineBytes and were cut",
};

const dropReasons: Readonly<Record<Extract<AgentEvent, { type: "LinesDropped" }>["reason"], string>> = {
  bufferFull: "the buffer is full (buffer.maxBytes, buffer.memoryBytes) and buffer.overflow says to drop",
  tooOld: "they have waited for longer than buffer.maxAgeHours",
  damaged: "they could not be read back from disk",
  setAsideFull:
    "Log Service refuses them for good, and the file of those set aside is full (sender.setAsideBytes); look at them (sls-agent set-aside list), mend the cause, send them again (resend) or remove them",
};

/** The event for a person. */
export function sentenceOf(event: AgentEvent): string {
  switch (event.type) {
    case "AgentStarted":
      return `sls-agent ${event.version} started, pid ${event.pid}, endpoint ${event.endpoint}, projects ${event.projects.join(", ")}, data in ${event.dataDir}`;
    case "ConfigChanged":
      return `Logtail configs in force (from ${event.from}): ${event.configs.join(", ") || "none"}`;
    case "ConfigIgnored":
      return `Logtail config ${event.project}/${event.config} is not used: ${event.why}`;
    case "ConfigNotWhole":
      return `Logtail config ${event.project}/${event.config} is used, but not all that it asks for: ${event.notApplied.join("; ")}`;
    case "RegexGivenUp":
      return `Logtail config ${event.config}: for ${event.lines} line(s) a regular expression took longer than 0.1 s; a filter lets such a line in, a mask hides the whole field; write it without repetitions within repetitions`;
    case "ConfigNotSaved":
      return `could not keep the configs in ${event.file}: ${event.message}`;
    case "CredentialsRenewed":
      return `credentials from ${event.from}${event.until ? `, good until ${event.until}` : ""}`;
    case "CredentialsNotRenewed":
      return `no new credentials from ${event.from}: ${event.message}${event.until ? `; those in use end at ${event.until}` : ""}`;
    case "WaitingFor":
      return `waiting for ${event.what}: ${event.why}`;
    case "WaitOver":
      return `no longer waiting for ${event.what}`;
    case "Listening":
      return `${event.input} listening on ${event.address}${event.port === undefined ? "" : ` port ${event.port}`}`;
    case "ListeningStopped":
      return `${event.input} stopped listening`;
    case "StatusServed":
      return `/metrics, /healthz and /readyz at http://${event.address}:${event.port}`;
    case "ConnectionOpened":
      return `connection from ${event.peer}`;
    case "ConnectionClosed":
      return `connection from ${event.peer} closed${event.error ? `: ${event.error}` : ""}`;
    case "PeerCutOff":
      return `${event.input}: ${event.times} connection(s) cut off; one of ${event.sample}`;
    case "LinesKnown":
      return `${event.input}: ${event.peer} sent ${event.lines} line(s) again that were stored and not answered before its last connection ended; they are answered now, and not stored twice`;
    case "IdleConnectionsEnded":
      return `${event.input}: ${event.connections} idle connection(s) ended to make room for others (limits.idleSeconds); one of ${event.sample}`;
    case "DatagramsDropped":
      return `${event.input}: ${event.datagrams} datagram(s) dropped by ${event.by === "agent" ? "the agent, whose buffer is full" : "the kernel, for nobody fetched them in time"}; this protocol cannot push back, use TCP or RELP`;
    case "InputsHeld":
      return `inputs held back: ${event.why}`;
    case "InputsReleased":
      return "inputs go on";
    case "LimitReached":
      return `limit of ${event.limit} reached, inputs are held back: ${event.why}`;
    case "LinesUnfit":
      return `${event.lines} line(s) stored whole under "content": they ${unfitReasons[event.reason]}; one begins ${JSON.stringify(event.sample)}`;
    case "BatchSent":
      return `${event.lines} line(s), ${event.bytes} bytes sent to ${event.project}/${event.logstore} in ${event.ms} ms, request ${event.requestId}`;
    case "SendFailed":
      return `${event.project}/${event.logstore}: ${event.message}; nothing is lost, next try in ${event.retryInMs} ms`;
    case "BatchSplit":
      return `${event.project}/${event.logstore}: ${event.code} for ${event.lines} lines, sending them in two halves`;
    case "LinesSetAside":
      return `${event.project}/${event.logstore}: ${event.lines} line(s) refused for good and set aside in ${event.file}: ${event.message}; mend the cause, then: sls-agent set-aside resend ${event.project}/${event.logstore}`;
    case "LinesNotSetAside":
      return `${event.project}/${event.logstore}: ${event.lines} line(s) refused for good and lost, ${event.file} is full: ${event.message}`;
    case "LinesResent":
      return `${event.project}/${event.logstore}: ${event.lines} line(s) that were set aside, ${event.bytes} bytes, are sent`;
    case "ResendEnded":
      return `${event.project}/${event.logstore}: of the lines set aside ${event.sent} are sent, ${event.refused} refused again, ${event.damaged} damaged, ${event.left} left${event.why ? ` (${event.why})` : ""}`;
    case "SetAsideRemoved":
      return `${event.project}/${event.logstore}: all lines set aside, ${event.bytes} bytes, are removed, as someone asked`;
    case "TimesReplaced":
      return `${event.project}/${event.logstore}: ${event.lines} line(s) got the sending time, theirs is more than 7 days old or 15 minutes ahead and would be refused`;
    case "ClockCorrected":
      return `the clock of this machine is ${Math.round(-event.offsetMs / 1000)} s ahead of the service's; requests are signed with the service's time; set up time synchronisation (chrony)`;
    case "BufferRecovered":
      return `${event.lines} line(s) for ${event.project}/${event.logstore} read back from disk`;
    case "BufferDamaged":
      return `${event.bytes} bytes of buffer${event.lines > 0 ? `, ${event.lines} line(s) by what is left of them,` : ""} could not be read (${event.why}): ${event.file}, kept for you to look at`;
    case "BufferCutOff":
      return `${event.file} ends within a write of ${event.bytes} bytes that the last run did not finish`;
    case "BufferDiskFails":
      return `lines cannot be written to ${event.folder}: ${event.message}; they wait in memory (buffer.memoryBytes), tried again every second`;
    case "BufferDiskWorks":
      return `lines are written to ${event.folder} again`;
    case "LinesDropped":
      return `${event.project}/${event.logstore}: ${event.lines} line(s) are lost: ${dropReasons[event.reason]}`;
    case "BufferKept":
      return `${event.lines} unsent line(s) for ${event.project}/${event.logstore} kept in ${event.file} (${event.bytes} bytes); they go first at the next start`;
    case "BufferNotKept":
      return `${event.lines} unsent line(s) for ${event.project}/${event.logstore} could not be written to ${event.file}: ${event.message}`;
    case "BufferNotRemoved":
      return `${event.file} is not needed any more and could not be removed: ${event.message}; this is tried again after each batch, and lines of it that are there at the next start are sent a second time`;
    case "Draining":
      return `stopping (${event.why}): sending what is left for at most ${event.deadlineMs} ms`;
    case "AgentStopped":
      return `stopped: ${event.accepted} lines accepted, ${event.filtered} kept out by filters, ${event.sent} sent, ${event.setAside} set aside, ${event.keptOnDisk} kept on disk${event.notReadBack ? " beside what was not read back" : ""}, ${event.lost} lost`;
    case "AgentStuck":
      return `stuck: ${event.why}; the watchdog is not told any more that the agent is well`;
    case "SupervisorNotTold":
      return `systemd could not be told how the agent is: ${event.message}`;
    case "SettingsChanged":
      return `settings read again; now in force: ${event.changed.join(", ") || "nothing new"}${event.atRestart.length > 0 ? `; at the next start: ${event.atRestart.join(", ")}` : ""}`;
    case "SettingsRefused":
      return `settings read again and not used, the former ones stay: ${event.problems.join("; ")}`;
    case "AgentFailed":
      return event.message;
    default:
      return event satisfies never;
  }
}
