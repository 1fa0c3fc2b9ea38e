import * as net from "node:net";
import { controlSocket } from "./server";

export interface Question {
  readonly dataDir: string;
  readonly request: object;
  /** Without a word from the agent for so long it is given up; between two words, too. */
  readonly silenceMs: number;
  /** @default nobody wants to know */
  readonly onProgress?: (progress: object) => void;
}

/** Asks the running agent of a data folder. Undefined where none listens; rejects with what it says against the request. */
export function ask<Answer>({ dataDir, request, silenceMs, onProgress }: Question): Promise<Answer | undefined> {
  const file = controlSocket(dataDir);
  return new Promise((resolve, reject) => {
    const socket = net.connect(file);
    let text = "";
    let last: object | undefined;
    const line = (each: string): void => {
      last = JSON.parse(each) as object;
      if ("progress" in last) onProgress?.(last.progress as object);
    };
    socket.setTimeout(silenceMs, () => socket.destroy(new Error(`the agent did not answer in ${silenceMs} ms`)));
    socket.setEncoding("utf8");
    socket.on("connect", () => socket.end(JSON.stringify(request)));
    socket.on("data", (chunk: string) => {
      const lines = (text + chunk).split("\n");
      text = lines.pop() ?? "";
      lines.forEach(line);
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "ECONNREFUSED") resolve(undefined);
      else reject(new Error(`${file}: ${error.message}; run as the agent's user, or as root`));
    });
    socket.on("close", () => {
      if (last === undefined || "progress" in last) reject(new Error("the agent ended while it was asked"));
      else if ("error" in last) reject(new Error(String(last.error)));
      else resolve(last as Answer);
    });
  });
}
