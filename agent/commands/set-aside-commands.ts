import * as fs from "node:fs";
import type { Command } from "commander";
import { endWithReader, print } from "./output";
import { list, remove, resend, show, type SetAsideOptions } from "./set-aside";

type Flags = Record<string, string | string[] | undefined>;
type SetAsideFlags = Flags & { json?: boolean; yes?: boolean; seconds?: string };

/** What the commands share with the others of `sls-agent`. */
export interface CommandTools {
  readonly withSettingsFlags: (command: Command) => Command;
  readonly dataDirOf: (flags: Flags) => string;
  /** Throws a SettingsError. */
  readonly secondsOf: (text: string) => number;
  /** Says the exit code. */
  readonly end: (code: number) => void;
}

/** `sls-agent set-aside list|show|resend|remove`. */
export function addSetAside(program: Command, tools: CommandTools): void {
  const group = program
    .command("set-aside")
    .description("lines that Log Service refused for good: see them, send them again, remove them");
  const add = (
    usage: string,
    description: string,
    act: (options: SetAsideOptions, flags: SetAsideFlags) => Promise<number>,
  ): Command =>
    tools
      .withSettingsFlags(group.command(usage))
      .description(description)
      .option("--json", "as JSON")
      .action(async (logstores: string[], flags: SetAsideFlags) => {
        endWithReader();
        const options: SetAsideOptions = {
          dataDir: tools.dataDirOf(flags),
          logstores,
          json: flags.json === true,
          write: print,
          complain: (text) => void fs.writeSync(2, text),
        };
        tools.end(await act(options, flags));
      });
  add("list [project/logstore...]", "how many there are, since when, and why they were refused", list);
  add("show [project/logstore...]", "the lines themselves; --json: as they lie on disk, one object a line", show);
  add(
    "resend [project/logstore...]",
    "have the running agent send them (exit 6 when some are refused again, 5 when some are left, 3 when no agent runs)",
    (options, { seconds }) => resend({ ...options, seconds: tools.secondsOf(seconds ?? "60") }),
  ).option("--seconds <number>", "give up when nothing could be sent for so long (60)");
  add("remove <project/logstore...>", "delete them for good", (options, { yes }) =>
    remove({ ...options, yes: yes === true }),
  ).option("--yes", "do not ask; needed where no terminal is");
}
