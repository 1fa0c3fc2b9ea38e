/** An agreement with whoever supervises the agent; the table is in docs/agent.md. */
export const exitCodes = {
  /** Done; at a stop: every accepted line is sent, set aside or kept on disk. */
  ok: 0,
  /** Could not start, or failed on the way; starting again may help. */
  failed: 1,
  /** Arguments or settings are wrong; starting again does not help. */
  usage: 2,
  /** `status`, `drain`: no agent runs. */
  notRunning: 3,
  /** Stopped, and accepted lines could not be kept on disk. */
  linesLost: 4,
  /** `drain`, `set-aside resend`: lines are left. */
  notDrained: 5,
  /** `set-aside resend`: the service refuses some of the lines as before, or they could not be read. */
  refusedAgain: 6,
} as const;
