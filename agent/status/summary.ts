import { placeOf, stateOf } from "./describe-status";
import type { AgentStatus } from "./status-file";

/** One line for `systemctl status`; it changes seldom enough to be told each time. */
export function summaryOf(status: AgentStatus): string {
  const { state, inputs, configs, queues, setAside, waitingFor, lastError } = status;
  if (state !== "running") return stateOf(status);
  const doors = inputs.map((input) => `${input.input} ${placeOf(input)} ${input.state}`);
  const waiting = Object.entries(waitingFor).map(([what, why]) => `waiting for ${what}: ${why}`);
  const backing = queues.filter(({ sender }) => sender === "backingOff");
  const failing = backing.map(({ project, logstore }) => `cannot send to ${project}/${logstore}`);
  const aside = setAside.reduce((sum, { lines }) => sum + lines, 0);
  return [
    doors.join(", ") || "no input open",
    `${configs.length} config(s)`,
    ...waiting,
    ...failing,
    ...(aside > 0 ? [`${aside} line(s) set aside`] : []),
    ...(failing.length > 0 && lastError ? [lastError.message] : []),
  ].join("; ");
}
