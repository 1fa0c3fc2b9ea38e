/** Searches through GetLogs until every line of every program is there. */
import { type SlsClient, type FoundLog } from "../../sls";
import { programs } from "./lines";

export interface FoundLine {
  readonly log: FoundLog;
  /** When a search first returned it, unix milliseconds. */
  readonly at: number;
}

const pageSize = 100;
const patienceMs = 30_000;

async function searchAll(client: SlsClient, project: string, logstore: string, query: string): Promise<FoundLog[]> {
  const now = Math.floor(Date.now() / 1000);
  const logs: FoundLog[] = [];
  for (;;) {
    const page = { from: now - 3600, to: now + 60, query, line: pageSize, offset: logs.length };
    const { logs: more, complete } = await client.searchLogs(project, logstore, page);
    if (!complete) throw new Error(`GetLogs stayed incomplete for ${query}`);
    logs.push(...more);
    if (more.length < pageSize) return logs;
  }
}

/** By program, with the first sight of each line. Ends when every line was seen, or the patience is over. */
export async function findAll(client: SlsClient, project: string, logstore: string): Promise<Map<string, FoundLine[]>> {
  const found = new Map<string, FoundLine[]>(programs.map(({ program }) => [program, []]));
  const distinct = (program: string): number => new Set(found.get(program)?.map(({ log }) => log["msg"])).size;
  const missing = (): typeof programs => programs.filter(({ program, lines }) => distinct(program) < lines);
  for (const end = Date.now() + patienceMs; missing().length > 0 && Date.now() < end;) {
    for (const { program } of missing()) {
      const known = new Map(found.get(program)?.map((line) => [line.log["msg"], line.at]));
      const logs = await searchAll(client, project, logstore, `app-name: ${program}`);
      const at = Date.now();
      found.set(
        program,
        logs.map((log) => ({ log, at: known.get(log["msg"]) ?? at })),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return found;
}

/** All logs of all programs, as they are at this moment. */
export async function logsByProgram(
  client: SlsClient,
  project: string,
  logstore: string,
): Promise<Map<string, FoundLog[]>> {
  const logs = new Map<string, FoundLog[]>();
  for (const { program } of programs)
    logs.set(program, await searchAll(client, project, logstore, `app-name: ${program}`));
  return logs;
}

/** How many logs the other spelling of a query finds. */
export const countOf = async (client: SlsClient, project: string, logstore: string, query: string): Promise<number> =>
  (await searchAll(client, project, logstore, query)).length;
