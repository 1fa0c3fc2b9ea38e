/** `sls-agent set-aside`: what the service refused for good is looked at, sent again, or removed. */
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import type { Destination } from "../buffer/destination";
import { SettingsError } from "../config/settings";
import { ask } from "../control/ask";
import { destinationOf, type ResendAnswer } from "../control/set-aside";
import { dataDirHeld, openDataDir } from "../data-dir";
import { exitCodes } from "../exit-codes";
import { describeEnd, describeLine, describeProgress, describeSummary } from "../set-aside/describe";
import { SetAsideFolder } from "../set-aside/folder";
import type { ResendCount } from "../set-aside/resend";
import { foundLines, summaryOf, type SetAsideSummary } from "../set-aside/summary";

export interface SetAsideOptions {
  readonly dataDir: string;
  /** `PROJECT/LOGSTORE`; none for all. */
  readonly logstores: readonly string[];
  readonly json: boolean;
  /** Resolves when there is room for more. */
  readonly write: (text: string) => Promise<void>;
  /** For what is no result: progress, and what could not be done. */
  readonly complain: (text: string) => void;
}

/** The agent tells how far it is each second; it may be busy. */
const silenceMs = 30_000;

const folderOf = ({ dataDir }: SetAsideOptions): SetAsideFolder => new SetAsideFolder(join(dataDir, "set-aside"));
const nameOf = ({ project, logstore }: Destination): string => `${project}/${logstore}`;

/** Those that are named, or all that there are. Throws where a name is none, or has no lines. */
function chosen({ logstores }: SetAsideOptions, folder: SetAsideFolder): readonly Destination[] {
  const all = folder.destinations();
  if (logstores.length === 0) return all;
  const names = all.map(nameOf);
  const problems: string[] = [];
  const wanted = [...new Set(logstores)].flatMap((text) => {
    try {
      const destination = destinationOf(text);
      if (names.includes(text)) return [destination];
      problems.push(`no lines are set aside for ${text}; there are some for: ${names.join(", ") || "none"}`);
    } catch (error) {
      problems.push((error as Error).message);
    }
    return [];
  });
  if (problems.length > 0) throw new SettingsError(problems);
  return wanted;
}

const jsonText = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

export async function list(options: SetAsideOptions): Promise<number> {
  const { json, write } = options;
  const folder = folderOf(options);
  const summaries: SetAsideSummary[] = [];
  for (const destination of chosen(options, folder)) {
    const summary = await summaryOf(folder, destination);
    if (summary.lines > 0) summaries.push(summary);
  }
  if (json) await write(jsonText(summaries));
  else if (summaries.length === 0) await write("no lines are set aside\n");
  else {
    await write(summaries.map(describeSummary).join(""));
    await write("to see them: sls-agent set-aside show; when the cause is mended: sls-agent set-aside resend\n");
  }
  return exitCodes.ok;
}

/** `--json`: each line as it lies on disk. */
export async function show(options: SetAsideOptions): Promise<number> {
  const { json, write, complain } = options;
  const folder = folderOf(options);
  let damaged = 0;
  for (const destination of chosen(options, folder)) {
    for await (const line of foundLines(folder, destination)) {
      if (line.record === undefined) damaged++;
      if (!json) await write(`${nameOf(destination)} ${describeLine(line)}\n`);
      else if (line.record !== undefined) await write(`${line.text}\n`);
    }
  }
  if (damaged > 0 && json) complain(`sls-agent: ${damaged} line(s) cannot be read and are left out\n`);
  return exitCodes.ok;
}

export async function resend(options: SetAsideOptions & { readonly seconds: number }): Promise<number> {
  const { dataDir, seconds, json, write, complain } = options;
  const folder = folderOf(options);
  const destinations = chosen(options, folder);
  if (destinations.length === 0) {
    await write(json ? jsonText([]) : "no lines are set aside\n");
    return exitCodes.ok;
  }
  const request = { command: "resend", logstores: destinations.map(nameOf), seconds };
  const onProgress = (count: object): void => complain(`${describeProgress(count as ResendCount)}\n`);
  const answer = await ask<ResendAnswer>({ dataDir, request, silenceMs, onProgress });
  if (answer === undefined) {
    complain(
      `sls-agent: no sls-agent runs with the data folder ${dataDir}, and the running one is what sends; start it (systemctl start logtail), then say this again\n`,
    );
    return exitCodes.notRunning;
  }
  const { ends } = answer;
  await write(json ? jsonText(ends) : ends.map((end) => describeEnd(end, folder.damagedFileOf(end))).join(""));
  if (ends.some(({ left, why }) => left > 0 || why !== undefined)) return exitCodes.notDrained;
  return ends.some(({ refused, damaged }) => refused + damaged > 0) ? exitCodes.refusedAgain : exitCodes.ok;
}

/** Deletes what a person has seen, after a question. */
export async function remove(options: SetAsideOptions & { readonly yes: boolean }): Promise<number> {
  const { dataDir, yes, json, write, complain } = options;
  const folder = folderOf(options);
  const summaries: SetAsideSummary[] = [];
  for (const destination of chosen(options, folder)) summaries.push(await summaryOf(folder, destination));
  if (!yes && !process.stdin.isTTY) {
    throw new SettingsError([
      "remove deletes these lines for good and nobody is there to be asked; say --yes if you mean it",
    ]);
  }
  if (!yes) {
    complain(summaries.map(describeSummary).join(""));
    if (!(await agreed("delete these lines for good? [y/N] "))) {
      complain("nothing is removed\n");
      return exitCodes.failed;
    }
  }
  for (const summary of summaries) await removeOne(dataDir, folder, summary);
  if (json)
    await write(
      jsonText(summaries.map(({ project, logstore, lines, bytes }) => ({ project, logstore, lines, bytes }))),
    );
  else
    for (const each of summaries) await write(`${nameOf(each)}: ${each.lines} line(s), ${each.bytes} bytes removed\n`);
  return exitCodes.ok;
}

/** By the running agent, which adds lines meanwhile; where none runs, while none can start. */
async function removeOne(
  dataDir: string,
  folder: SetAsideFolder,
  { bytes, ...summary }: SetAsideSummary,
): Promise<void> {
  const request = { command: "remove", logstore: nameOf(summary), bytes };
  const answer = await ask<{ removed: true }>({ dataDir, request, silenceMs });
  if (answer !== undefined) return;
  if (await dataDirHeld(dataDir)) {
    throw new Error(
      `the agent of ${dataDir} cannot be asked (its control socket is not there); stop it, then say this again`,
    );
  }
  const held = await openDataDir(dataDir);
  try {
    if (folder.bytes(summary) !== bytes)
      throw new Error(`what is set aside for ${nameOf(summary)} has changed meanwhile; look again`);
    for (const part of folder.parts(summary)) folder.remove(part);
  } finally {
    held.close();
  }
}

async function agreed(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    // Ctrl-D ends the input, and no answer ever comes.
    const ended = new Promise<string>((resolve) => lines.once("close", () => resolve("")));
    return /^y(es)?$/i.test((await Promise.race([lines.question(question), ended])).trim());
  } finally {
    lines.close();
  }
}
