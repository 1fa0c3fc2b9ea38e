import { Command, Option } from "commander";
import { addFault, badReplies, cuts, presetNames, readFaultRule, services, type FaultRule } from "../../../emulator";
import { addStateOption, runningCloud, type LocalFlags } from "../options";
import { millisecondsOf, numberOf } from "./numbers";

interface AddFlags extends LocalFlags {
  readonly [option: string]: string | boolean | undefined;
}

/** `WriteQuotaExceed`, or `503 ServerBusy the message`. */
function errorOf(text: string): unknown {
  const [, status, code, message = "made to go wrong"] = /^(\d{3}) +(\S+)(?: +(.+))?$/.exec(text) ?? [];
  return status === undefined || code === undefined ? text : { status: Number(status), code, message };
}

/** `200ms`, or `100ms..2s`. */
function delayOf(text: string): number | [number, number] {
  const [least = "", most] = text.split("..");
  const from = millisecondsOf("--delay", least);
  return most === undefined ? from : [from, millisecondsOf("--delay", most)];
}

function ruleOf(flags: AddFlags): FaultRule {
  const read = <T>(name: string, how: (text: string) => T): T | undefined => {
    const value = flags[name];
    return typeof value === "string" ? how(value) : undefined;
  };
  const text = (name: string): string | undefined => read(name, (value) => value);
  const number = (name: string, option: string): number | undefined => read(name, (value) => numberOf(option, value));
  return readFaultRule({
    operation: text("operation"),
    project: text("project"),
    logstore: text("logstore"),
    method: text("method"),
    service: text("service"),
    host: text("host"),
    client: text("client"),
    rate: number("rate", "--rate"),
    seed: number("seed", "--seed"),
    after: number("after", "--after"),
    times: number("times", "--times"),
    delayMs: read("delay", delayOf),
    error: read("error", errorOf),
    cut: text("cut"),
    reset: flags["reset"] === true ? true : undefined,
    readBytesPerSecond: number("readRate", "--read-rate"),
    replyBytesPerSecond: number("replyRate", "--reply-rate"),
    clockOffsetMs: read("clock", (value) => millisecondsOf("--clock", value)),
    badReply: text("badReply"),
  });
}

export function addCommand(): Command {
  return addStateOption(new Command("add"))
    .description("add a rule: which requests (all, when nothing is said), how often, and what goes wrong with them")
    .option("--operation <name>", "API name such as PostLogStoreLogs, or Get*")
    .option("--project <name>", "with * and ?")
    .option("--logstore <name>", "with * and ?")
    .option("--method <verb>", "GET, POST, PUT, DELETE")
    .addOption(new Option("--service <name>", "which service").choices(services))
    .option("--host <name>", "host as the client sent it, with * and ?")
    .option("--client <user-agent>", "with * and ?")
    .option("--rate <share>", "share of the matching requests, 0 to 1")
    .option("--seed <number>", "of the dice: the same seed, the same requests")
    .option("--after <count>", "so many matching requests go well before")
    .option("--times <count>", "at most so many fail")
    .option("--delay <time>", "before the request is read: 200ms, or 100ms..2s")
    .option("--error <code>", 'a known code, or "STATUS CODE MESSAGE"')
    .addOption(new Option("--cut <where>", "cut the connection").choices(cuts))
    .option("--reset", "cut by a TCP reset")
    .option("--read-rate <bytes>", "bytes a second at which the request is read")
    .option("--reply-rate <bytes>", "bytes a second at which the reply is sent")
    .option("--clock <offset>", "the server's clock is off: +20m, -1h (as --clock=-1h)")
    .addOption(new Option("--bad-reply <how>", "spoil the reply").choices(badReplies))
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Codes that --error knows: ${presetNames.join(", ")}

Examples:
  cdktf-sls local fault add --operation PostLogStoreLogs --error WriteQuotaExceed --times 5
  cdktf-sls local fault add --operation 'Get*' --rate 0.2 --seed 7 --error "503 ServerBusy try later"
  cdktf-sls local fault add --operation PostLogStoreLogs --cut before-reply --after 10 --times 1    an acknowledgement is lost
  cdktf-sls local fault add --client '*python*' --delay 100ms..2s
  cdktf-sls local fault add --clock +20m`,
    )
    .action(async (flags: AddFlags) => {
      const rule = ruleOf(flags);
      const added = await addFault(await runningCloud(flags), rule);
      process.stdout.write(flags.json ? `${JSON.stringify(added)}\n` : `${added.id} added\n`);
    });
}
