import { createInterface } from "node:readline";

/**
 * Asks a person; whether the answer was "yes": Ctrl-C and the end of the input are no. The question goes to stderr, so that stdout stays
 * what it is.
 */
export function confirmed(question: string): Promise<boolean> {
  const asked = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    let answered = false;
    asked.on("SIGINT", () => asked.close());
    asked.on("close", () => {
      if (!answered) process.stderr.write("\n");
      resolve(false);
    });
    asked.question(`${question} Only "yes" goes on: `, (answer) => {
      answered = true;
      resolve(answer.trim() === "yes");
      asked.close();
    });
  });
}

export const isInteractive = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true;
