import * as fs from "node:fs";
import type { LogGroup } from "../../sls/model/log";
import { decodeLogGroup, encodeLogGroup } from "../../sls/wire/log-group";

/** Where logs go. Names hold no dots and no slashes, so `project.logstore` is a safe key and file name. */
export interface Destination {
  readonly project: string;
  readonly logstore: string;
}

export const destinationKey = ({ project, logstore }: Destination): string => `${project}.${logstore}`;

/** Those that have a folder in `folder`, by name. What is named otherwise is not the agent's. */
export function destinationsIn(folder: string): readonly Destination[] {
  const found: Destination[] = [];
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const [, project, logstore] = /^([\w-]+)\.([\w-]+)$/.exec(entry.name) ?? [];
    if (entry.isDirectory() && project !== undefined && logstore !== undefined) found.push({ project, logstore });
  }
  return found.sort((a, b) => (destinationKey(a) < destinationKey(b) ? -1 : 1));
}

/** What the logs of one PutLogs share. */
export interface GroupFace {
  readonly topic: string;
  readonly source: string;
  /** Shown as `__tag__:{key}`. @default none */
  readonly tags?: LogGroup["tags"];
  /** `x-log` hash key, 32 hex digits: all requests with the same one go to one shard, one after the other. */
  readonly hashKey?: string | undefined;
}

/** What stands after the logs in a LogGroup: topic, source and tags. */
export const encodeTrailer = ({ topic, source, tags = [] }: GroupFace): Buffer =>
  encodeLogGroup({ logs: [], ...(topic === "" ? {} : { topic }), source, tags });

export function decodeTrailer(trailer: Uint8Array): Omit<GroupFace, "hashKey"> {
  const { topic = "", source = "", tags } = decodeLogGroup(trailer);
  return tags === undefined ? { topic, source } : { topic, source, tags };
}
