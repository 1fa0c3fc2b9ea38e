import { levelOf, levels, type Emit, type Level } from "./events";
import { sentenceOf } from "./sentences";

export type LogFormat = "json" | "text";

export interface EventLogOptions {
  readonly format: LogFormat;
  /** The lowest level that is printed. */
  readonly level: Level;
  readonly write: (line: string) => void;
  readonly now: () => Date;
}

/** Prints events: a JSON object a line for journald and machines, a sentence a line for people. */
export function eventLog(options: EventLogOptions): Emit {
  const lowest = levels.indexOf(options.level);
  return (event) => {
    const level = levelOf(event);
    if (levels.indexOf(level) < lowest) return;
    const time = options.now().toISOString();
    const message = sentenceOf(event);
    const line =
      options.format === "json"
        ? JSON.stringify({ time, level, event: event.type, message, ...withoutType(event) })
        : `${time} ${level.padEnd(5)} ${message}`;
    options.write(`${line}\n`);
  };
}

/** `message` of an event would hide the sentence, which contains it. */
function withoutType(event: object): object {
  return Object.fromEntries(Object.entries(event).filter(([key]) => key !== "type" && key !== "message"));
}
