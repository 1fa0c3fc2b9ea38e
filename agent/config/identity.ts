import * as fs from "node:fs";
import * as os from "node:os";
import { join } from "node:path";
import { userDefinedIdProblem } from "../../sls/model";
import { splitList } from "./option";

/** What this machine is called in machine groups. */
export interface Identity {
  readonly userDefinedIds: readonly string[];
  /** Its own first (`workingIp`), none of them loopback. */
  readonly addresses: readonly string[];
  /** Ids that can be in no group, with the reason. */
  readonly problems: readonly string[];
}

export const userDefinedIdFile = "user_defined_id";
/** Comma-separated, added to those of the file. Logtail's own name for it. */
export const userDefinedIdVariable = "ALIYUN_LOGTAIL_USER_DEFINED_ID";

/** Read again at every look for configs, as Logtail does. */
export function readIdentity(configDir: string, env: NodeJS.ProcessEnv, workingIp: string | undefined): Identity {
  const ids = new Set([
    ...idsOfFile(join(configDir, userDefinedIdFile)),
    ...splitList(env[userDefinedIdVariable] ?? ""),
  ]);
  const problems = [...ids].map(userDefinedIdProblem).filter((problem) => problem !== undefined);
  const good = [...ids].filter((id) => userDefinedIdProblem(id) === undefined);
  const own = workingIp === undefined ? [] : [workingIp];
  return { userDefinedIds: good, addresses: [...new Set([...own, ...machineAddresses()])], problems };
}

function idsOfFile(file: string): string[] {
  let content: string;
  try {
    content = fs.readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return content
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** IPv4 addresses of the network cards, in the system's order. */
export function machineAddresses(interfaces = os.networkInterfaces()): string[] {
  return Object.values(interfaces)
    .flatMap((card) => card ?? [])
    .filter(({ family, internal }) => family === "IPv4" && !internal)
    .map(({ address }) => address);
}
