import type { Log } from "../../sls/model/log";
import { decodeLogGroup, encodeLogGroup } from "../../sls/wire/log-group";

/** Where logs go. Names hold no dots and no slashes, so `project.logstore` is a safe key and file name. */
export interface Destination {
  readonly project: string;
  readonly logstore: string;
}

export const destinationKey = ({ project, logstore }: Destination): string => `${project}.${logstore}`;

/** One accepted line on its way, small enough to keep very many of. */
export interface LogRecord {
  /** Unix seconds; also within `log`. */
  readonly time: number;
  readonly topic: string;
  readonly source: string;
  /** The log as a field of a LogGroup: records laid end to end are the group's logs. */
  readonly log: Buffer;
}

export function toRecord(log: Log, topic: string, source: string): LogRecord {
  return { time: log.time, topic, source, log: encodeLogGroup({ logs: [log] }) };
}

/** A LogGroup of records that share topic and source, encoded. */
export function encodedGroup(
  of: { readonly topic: string; readonly source: string },
  records: readonly LogRecord[],
): Buffer {
  const { topic, source } = of;
  const rest = encodeLogGroup({ logs: [], ...(topic === "" ? {} : { topic }), source });
  return Buffer.concat([...records.map(({ log }) => log), rest]);
}

/** The logs of records, as they were before encoding. */
export function logsOf(records: readonly LogRecord[]): readonly Log[] {
  return decodeLogGroup(Buffer.concat(records.map(({ log }) => log))).logs;
}

/** The same record at another time. */
export function retimed(record: LogRecord, time: number): LogRecord {
  const logs = logsOf([record]).map((log) => ({ ...log, time }));
  return { ...record, time, log: encodeLogGroup({ logs }) };
}

/** Memory that a record takes besides its bytes, measured roughly; keeps a flood of tiny lines within the limit. */
const overhead = 160;

export const recordSize = (record: LogRecord): number => record.log.length + overhead;
