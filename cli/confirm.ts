import { createInterface } from "node:readline/promises";

/** Asks a person; whether the answer was "yes". The question goes to stderr, so that stdout stays what it is. */
export async function confirmed(question: string): Promise<boolean> {
  const asked = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await asked.question(`${question} Only "yes" goes on: `)).trim() === "yes";
  } finally {
    asked.close();
  }
}

export const isInteractive = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true;
