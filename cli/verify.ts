import { randomBytes } from "node:crypto";
import { Command } from "commander";
import { checkText, selectEnvironment, verifyStack, type Check, type VerifyWorld } from "../deploy";
import { ownerOf } from "./deploy-options";
import { secondsOf } from "./duration";
import { addServiceOptions, clientFor, readStacks, type ServiceFlags } from "./service-options";

const exitFailed = 2;

interface Flags extends ServiceFlags {
  readonly env?: string;
  readonly machines: string;
  readonly since: string;
  readonly wait: string;
  readonly canary: boolean;
  readonly owner?: string;
}

const realWorld: VerifyWorld = {
  now: () => new Date(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  newId: () => randomBytes(8).toString("hex"),
};

export function verifyCommand(): Command {
  return addServiceOptions(new Command("verify"))
    .description("check that logs flow: config present and bound, machines alive, a canary line found by search")
    .option("--env <name>", "only stacks of this environment, such as dev (default: all)")
    .option("--machines <n>", "machines that must be alive in each group; 0: not checked", "1")
    .option("--since <time>", "how old a heartbeat or log may be", "15m")
    .option("--wait <time>", "how long to wait for machines and the canary", "1m")
    .option("--no-canary", "write and look for no line")
    .option("--owner <name>", "whose marks count (default: the stack's name)")
    .addHelpText("after", `\nExit codes: 0 all passed, ${exitFailed} a check failed, 1 error`)
    .action(verify);
}

function machinesOf(text: string): number {
  const n = Number(text);
  if (/^\d+$/.test(text) && n <= 1000) return n;
  throw new Error(`--machines must be a whole number from 0 to 1000, got ${JSON.stringify(text)}`);
}

async function verify(flags: Flags): Promise<void> {
  const [machines, freshSeconds] = [machinesOf(flags.machines), secondsOf(flags.since, "--since")];
  const waitMs = secondsOf(flags.wait, "--wait") * 1000;
  const all = await readStacks(flags);
  const stacks = flags.env === undefined ? all : selectEnvironment(all, flags.env);
  const onCheck = (check: Check): unknown => flags.json || process.stdout.write(`${checkText(check)}\n`);
  const checks: Check[] = [];
  for (const stack of stacks) {
    const { client, writer, close } = clientFor(flags, stack.manifest.region);
    const owner = stack.stack === "" && flags.stack === undefined ? (flags.owner ?? "") : ownerOf(flags, stack);
    try {
      const options = { owner, machines, freshSeconds, waitMs, canary: flags.canary, onCheck };
      checks.push(...(await verifyStack(client, writer, stack.manifest.logtailConfigs, options, realWorld)));
    } finally {
      close();
    }
  }
  if (checks.length === 0) {
    throw new Error(
      `nothing to verify: no Logtail config is declared in ${stacks.map(({ stack }) => stack || "the outputs").join(", ")}; ` +
        `add one (LogCollection, LogtailConfig), deploy, or name another stack with --stack`,
    );
  }
  const failed = checks.filter(({ passed }) => !passed).length;
  const passed = failed === 0;
  if (flags.json) process.stdout.write(`${JSON.stringify({ passed, checks }, null, 2)}\n`);
  else process.stdout.write(`${checks.length - failed} passed, ${failed} failed\n`);
  if (!passed) process.exitCode = exitFailed;
}
