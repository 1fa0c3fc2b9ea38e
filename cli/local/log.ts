import { Command } from "commander";
import { colors as pc } from "../../deploy/colors";
import { requestsOf, runningStatus, type Jsoned, type RequestLogEntry } from "../../emulator";
import { addStateOption, stateDir, stateHint, type LocalFlags } from "./options";

interface LogFlags extends LocalFlags {
  readonly follow?: boolean;
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
}: Jsoned<RequestLogEntry>): string {
  const mark = status < 400 ? pc.green(String(status)) : pc.red(`${status} ${errorCode ?? ""}`.trim());
  const who = client === undefined ? "" : pc.dim(`  ${client.slice(0, 60)}`);
  return `${at.slice(11, 23)}  ${mark}  ${pc.bold(operation)}  ${project ?? ""}  ${pc.dim(`${method} ${host}${url.slice(0, 120)}`)}${who}`;
}

export function logCommand(): Command {
  return addStateOption(new Command("log"))
    .description("print the requests that came to the local cloud, and what was answered")
    .option("-f, --follow", "go on until Ctrl-C, or until it stops")
    .option("--json", "print JSON, an object a line")
    .action(async (flags: LogFlags) => {
      const status = await runningStatus(stateDir(flags));
      if (status === undefined) {
        throw new Error(`no local cloud is running; start it with: npx cdktf-sls local start${stateHint(flags)}`);
      }
      for (let last = 0; ;) {
        // One that has stopped meanwhile has nothing more to tell.
        const entries = await requestsOf(status, last).catch(() => undefined);
        for (const entry of entries ?? [])
          process.stdout.write(`${flags.json ? JSON.stringify(entry) : lineOf(entry)}\n`);
        last = entries?.at(-1)?.number ?? last;
        if (!flags.follow || entries === undefined) return;
        await new Promise((resolve) => setTimeout(resolve, pollMs));
      }
    });
}
