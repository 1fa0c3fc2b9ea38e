import { decodeLogGroup, encodeLogGroup } from "../../sls/wire/log-group";

/** Where logs go. Names hold no dots and no slashes, so `project.logstore` is a safe key and file name. */
export interface Destination {
  readonly project: string;
  readonly logstore: string;
}

export const destinationKey = ({ project, logstore }: Destination): string => `${project}.${logstore}`;

/** What the logs of one PutLogs share. */
export interface GroupFace {
  readonly topic: string;
  readonly source: string;
  /** `x-log` hash key, 32 hex digits: all requests with the same one go to one shard, one after the other. */
  readonly hashKey?: string | undefined;
}

/** What stands after the logs in a LogGroup: topic and source. */
export const encodeTrailer = ({ topic, source }: GroupFace): Buffer =>
  encodeLogGroup({ logs: [], ...(topic === "" ? {} : { topic }), source });

export function decodeTrailer(trailer: Uint8Array): { readonly topic: string; readonly source: string } {
  const { topic = "", source = "" } = decodeLogGroup(trailer);
  return { topic, source };
}
