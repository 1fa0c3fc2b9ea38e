import { Command } from "commander";
import { colors as pc } from "../../deploy/colors";
import { requestsOf, type Jsoned, type RequestLogEntry } from "../../emulator";
import { addStateOption, runningCloud, type LocalFlags } from "./options";

interface LogFlags extends LocalFlags {
  readonly follow?: boolean;
  readonly unsupported?: boolean;
}

const pollMs = 300;

function lineOf({
  at,
  status,
  operation,
  project,
  method,
  host,
  url,
  errorCode,
  client,
  durationMs,
  unsupported,
  fault,
}: Jsoned<RequestLogEntry>): string {
  const answered = status === 0 ? "cut" : `${status} ${errorCode ?? ""}`.trim();
  const mark = status >= 200 && status < 400 ? pc.green(String(status)) : pc.red(answered);
  const who = client === undefined ? "" : pc.dim(`  ${client.slice(0, 60)}`);
  const notes = [unsupported ? "unsupported" : "", fault === undefined ? "" : `fault: ${fault}`].filter((note) => note);
  const noted = notes.length === 0 ? "" : `  ${pc.yellow(notes.join(", "))}`;
  const asked = pc.dim(`${method} ${host}${url === host ? "" : url.slice(0, 120)}`);
  return `${at.slice(11, 23)}  ${mark}  ${pc.bold(operation)}  ${project ?? ""}  ${asked}  ${durationMs} ms${noted}${who}`;
}

export function logCommand(): Command {
  return addStateOption(new Command("log"))
    .description("print the requests that came to the local cloud, and what was answered")
    .option("-f, --follow", "go on until Ctrl-C, or until it stops")
    .option("--unsupported", "only those that the local cloud does not serve")
    .option("--json", "print JSON, an object a line")
    .addHelpText(
      "after",
      `
Examples:
  cdktf-sls local log --follow
  cdktf-sls local log --unsupported --json    what a program asked for in vain`,
    )
    .action(async (flags: LogFlags) => {
      const status = await runningCloud(flags);
      for (let last = 0; ;) {
        // One that has stopped meanwhile has nothing more to tell.
        const entries = await requestsOf(status, last).catch(() => undefined);
        for (const entry of entries ?? [])
          if (entry.unsupported || !flags.unsupported)
            process.stdout.write(`${flags.json ? JSON.stringify(entry) : lineOf(entry)}\n`);
        last = entries?.at(-1)?.number ?? last;
        if (!flags.follow || entries === undefined) return;
        await new Promise((resolve) => setTimeout(resolve, pollMs));
      }
    });
}
