/** `sls-agent drain`: asks the running agent of a data folder to tell when it has sent what it has. */
import { ask } from "../control/ask";
import type { DrainAnswer } from "../control/server";
import { exitCodes } from "../exit-codes";

export interface DrainOptions {
  readonly dataDir: string;
  readonly seconds: number;
  readonly write: (text: string) => void;
}

/** The agent answers by itself when the time is over; it may be busy just then. */
const graceMs = 10_000;

export async function drain({ dataDir, seconds, write }: DrainOptions): Promise<number> {
  const silenceMs = seconds * 1000 + graceMs;
  const answer = await ask<DrainAnswer>({ dataDir, request: { command: "drain", seconds }, silenceMs });
  if (answer === undefined) {
    write(`no sls-agent runs with the data folder ${dataDir}\n`);
    return exitCodes.notRunning;
  }
  if (answer.linesLeft === 0) {
    write("drained: all that was there is sent or set aside\n");
    return exitCodes.ok;
  }
  const { lastError } = answer;
  const why = lastError ? `; last error, ${lastError.at}: ${lastError.message}` : "";
  write(`not drained: ${answer.linesLeft} line(s) are left after ${seconds} s${why}\n`);
  return exitCodes.notDrained;
}
