/** A line is written to a logstore and looked for, as a person would: whether what is stored can be found. */
import type { LogWriter, SlsClient } from "../../sls";
import { isNotExist, SlsError } from "../../sls";
import { fail, pass, type Check } from "./check";
import { until, type VerifyWorld } from "./patience";

/** Topic and source of the line, by which people leave it out. */
const canaryTopic = "cdktf-sls-canary";
export const canarySource = "cdktf-sls-verify";

export interface CanaryWish {
  readonly project: string;
  readonly logstore: string;
  readonly waitMs: number;
}

const indexRemedy =
  "does the logstore have a full-text index, or one on msg (LogIndex)? Lines from before the index was made are never found";

/** A logstore without an index is searched by nobody. */
export const isUnindexed = (error: unknown): boolean =>
  error instanceof SlsError && error.code === "IndexConfigNotExist";

export async function canaryCheck(
  client: SlsClient,
  writer: LogWriter,
  { project, logstore, waitMs }: CanaryWish,
  world: VerifyWorld,
): Promise<Check> {
  const subject = `${project}/${logstore}`;
  const id = world.newId();
  const begin = world.now();
  const time = Math.floor(begin.getTime() / 1000);
  try {
    await writer.putLogs(project, logstore, {
      topic: canaryTopic,
      source: canarySource,
      logs: [
        {
          time,
          contents: [
            ["app-name", "cdktf-sls"],
            ["msg", `canary ${id}`],
          ],
        },
      ],
    });
  } catch (error) {
    if (!isNotExist(error)) throw error;
    return fail("canary", subject, "there is no such logstore", "run `cdktf deploy` for the stack");
  }
  const range = { from: time - 60, to: time + 3600 };
  const find = async (): Promise<boolean | undefined> => {
    const { logs } = await client.searchLogs(project, logstore, { ...range, query: id, line: 1 });
    return logs.length > 0 || undefined;
  };
  let found: boolean | undefined;
  try {
    found = await until(world, waitMs, find);
  } catch (error) {
    if (!isUnindexed(error)) throw error;
    return fail("canary", subject, "the logstore has no index, so nothing in it can be found", indexRemedy);
  }
  const seconds = ((world.now().getTime() - begin.getTime()) / 1000).toFixed(1);
  if (found === undefined)
    return fail("canary", subject, `line ${id} was stored and not found in ${seconds} s`, indexRemedy);
  return pass("canary", subject, `line ${id} found after ${seconds} s`);
}
