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
    logs.push(...more);
    if (more.length < pageSize && complete) return logs;
  }
}

/** By program, in the order of the first sight of each line. */
export async function findAll(client: SlsClient, project: string, logstore: string): Promise<Map<string, FoundLine[]>> {
  const found = new Map<string, FoundLine[]>(programs.map(({ program }) => [program, []]));
  const end = Date.now() + patienceMs;
  const missing = (): typeof programs => programs.filter((p) => (found.get(p.program)?.length ?? 0) < p.lines);
  while (missing().length > 0 && Date.now() < end) {
    for (const { program } of missing()) {
      const logs = await searchAll(client, project, logstore, `app-name: ${program}`);
      const known = new Map(found.get(program)?.map((line) => [line.log["msg"], line.at]));
      const at = Date.now();
      found.set(
        program,
        logs.map((log) => ({ log, at: known.get(log["msg"]) ?? at })),
      );
    }
  }
  return found;
}

/** How many logs the other spelling of a query finds. */
export const countOf = async (client: SlsClient, project: string, logstore: string, query: string): Promise<number> =>
  (await searchAll(client, project, logstore, query)).length;
