import type { TakeLine } from "../../../agent/inputs/input";
import type { AgentEvent } from "../../../agent/status/events";
import { Waits } from "../../../agent/status/waits";
import { realWorld } from "../../../agent/world";

/** What an input needs, and what it brought. */
export function linesOf() {
  const lines: string[] = [];
  const sources: string[] = [];
  const events: AgentEvent[] = [];
  const emit = (event: AgentEvent): void => void events.push(event);
  const accept: TakeLine = (line, { address }, continuation) => {
    lines.push((continuation ? "…" : "") + line.toString("latin1"));
    sources.push(address);
  };
  return {
    lines,
    sources,
    events,
    common: { accept, maxLineBytes: 1024, world: realWorld, emit, waits: new Waits(emit) },
  };
}
