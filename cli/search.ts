import { Command } from "commander";
import { logstoreNameProblem, logstoreOf, projectNameProblem, type FoundLog } from "../sls";
import { secondsOf } from "./duration";
import { table } from "./table";
import { addServiceOptions, clientFor, readStacks, type ServiceFlags } from "./service-options";

interface SearchFlags extends ServiceFlags {
  readonly project?: string;
  readonly logstore?: string;
  readonly since: string;
  readonly limit: string;
}

function count(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) < 1)
    throw new Error(`--limit must be a whole number from 1, got ${JSON.stringify(text)}`);
  return Number(text);
}

interface Store {
  readonly project: string;
  readonly logstore: string;
  readonly region?: string;
}

/** Named on the command line, or else the first logstore that the deployed stacks collect into. */
async function storeOf(flags: SearchFlags): Promise<Store> {
  const problem =
    (flags.project === undefined ? undefined : projectNameProblem(flags.project)) ??
    (flags.logstore === undefined ? undefined : logstoreNameProblem(flags.logstore));
  if (problem !== undefined) throw new Error(problem);
  if (flags.project && flags.logstore) return { project: flags.project, logstore: flags.logstore };
  for (const { manifest } of await readStacks(flags)) {
    const first = manifest.logtailConfigs[0];
    if (first === undefined) continue;
    return {
      project: flags.project ?? first.project,
      logstore: flags.logstore ?? logstoreOf(first.config),
      ...(manifest.region ? { region: manifest.region } : {}),
    };
  }
  throw new Error("no logstore to search: give --project and --logstore");
}

const pageSize = 100;

export function searchCommand(): Command {
  return addServiceOptions(new Command("search"))
    .description("search logs, newest first")
    .argument("[query]", "in the service's query language, e.g. 'app-name: todo-list'", "*")
    .option("--project <name>", "log project (default: the stack's)")
    .option("--logstore <name>", "logstore (default: the stack's)")
    .option("--since <time>", "how far back: 30s, 15m, 6h, 7d", "1h")
    .option("--limit <lines>", "lines at most", "20")
    .action(async (query: string, flags: SearchFlags) => {
      const limit = count(flags.limit);
      const to = Math.floor(Date.now() / 1000) + 1;
      const from = Math.max(0, to - secondsOf(flags.since, "--since"));
      const store = await storeOf(flags);
      const { client, close } = clientFor(flags, store.region);
      const logs: FoundLog[] = [];
      let complete = true;
      try {
        while (logs.length < limit) {
          const line = Math.min(pageSize, limit - logs.length);
          const page = { from, to, query, line, offset: logs.length, reverse: true };
          const result = await client.searchLogs(store.project, store.logstore, page);
          logs.push(...result.logs);
          complete &&= result.complete;
          if (result.logs.length < line) break;
        }
      } finally {
        close();
      }
      if (!complete) {
        process.stderr.write("incomplete: the service has not looked at everything; narrow --since or the query\n");
        process.exitCode = 1;
      }
      process.stdout.write(flags.json ? `${JSON.stringify(logs, null, 2)}\n` : searchText(logs));
    });
}

function searchText(logs: readonly FoundLog[]): string {
  if (logs.length === 0) return "no logs found; widen --since or the query (only indexed fields are searched)\n";
  const hidden = new Set(["__time__", "__source__", "__topic__", "__time_ns_part__"]);
  const rows = logs.map((log) => {
    const rest = Object.keys(log).filter((key) => !hidden.has(key) && !key.startsWith("__tag__:"));
    const text = log["msg"] ?? log["content"] ?? rest.map((key) => `${key}=${log[key]}`).join(" ");
    const time = new Date(Number(log["__time__"]) * 1000).toISOString().replace(".000Z", "Z");
    return [time, log["hostname"] ?? log["__source__"] ?? "", log["app-name"] ?? "", text];
  });
  return `${table(["time", "host", "program", "message"], rows)}\n`;
}
