/** `sls-agent drain`: asks the running agent of a data folder to tell when it has sent what it has. */
import * as net from "node:net";
import { controlSocket, type DrainAnswer } from "../control/server";
import { exitCodes } from "../exit-codes";

export interface DrainOptions {
  readonly dataDir: string;
  readonly seconds: number;
  readonly write: (text: string) => void;
}

/** The agent answers by itself when the time is over; it may be busy just then. */
const graceMs = 10_000;

export async function drain({ dataDir, seconds, write }: DrainOptions): Promise<number> {
  const text = await ask(controlSocket(dataDir), { command: "drain", seconds }, seconds * 1000 + graceMs);
  if (text === undefined) {
    write(`no sls-agent runs with the data folder ${dataDir}\n`);
    return exitCodes.notRunning;
  }
  const answer = JSON.parse(text) as DrainAnswer;
  if (answer.linesLeft === 0) {
    write("drained: all that was there is sent or set aside\n");
    return exitCodes.ok;
  }
  const { lastError } = answer;
  const why = lastError ? `; last error, ${lastError.at}: ${lastError.message}` : "";
  write(`not drained: ${answer.linesLeft} line(s) are left after ${seconds} s${why}\n`);
  return exitCodes.notDrained;
}

/** Undefined where nobody listens. */
function ask(socketFile: string, request: object, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(socketFile);
    let text = "";
    const timer = setTimeout(() => socket.destroy(new Error(`the agent did not answer in ${timeoutMs} ms`)), timeoutMs);
    socket.setEncoding("utf8");
    socket.on("connect", () => socket.end(JSON.stringify(request)));
    socket.on("data", (chunk: string) => (text += chunk));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "ECONNREFUSED") resolve(undefined);
      else reject(new Error(`${socketFile}: ${error.message}; run as the agent's user, or as root`));
    });
    socket.on("close", () => {
      clearTimeout(timer);
      if (text === "") reject(new Error("the agent ended while it was asked"));
      else resolve(text);
    });
  });
}
