import { parseStreamLog } from "../../parsers";
import type { Log } from "../../sls/model/log";
import type { SyslogConfig } from "../config/discovery";
import { toRecord, type Destination, type LogRecord } from "../buffer/record";
import type { UnfitReason } from "../status/events";
import type { UnfitLines } from "../status/tally";

/** Where a line came in; one object a connection. */
export interface Origin {
  /** The TCP peer's address. */
  readonly address: string;
  /** Where the last line went: the rest of a line that was cut goes there too. */
  lastConfig?: SyslogConfig;
}

export interface IntakeOptions {
  readonly append: (destination: Destination, record: LogRecord) => void;
  readonly unfit: UnfitLines;
  readonly now: () => Date;
  /** This machine's address, for lines that it sends to itself. */
  readonly ownAddress: () => string;
}

/** Field of a line that is stored whole. */
const contentField = "content";

/** Turns lines into records in the buffer. A line that is handed over here is accepted: it is never dropped. */
export class Intake {
  accepted = 0;
  private byTag = new Map<string, SyslogConfig>();
  private catchAll: SyslogConfig | undefined;

  constructor(private readonly options: IntakeOptions) {}

  /** The first config of a tag has it. The first of all gets the lines that belong to none. */
  setConfigs(configs: readonly [SyslogConfig, ...SyslogConfig[]]): void {
    this.byTag = new Map([...configs].reverse().map((config) => [config.tag, config]));
    this.catchAll = configs[0];
  }

  accept(line: Buffer, origin: Origin, continuation: boolean): void {
    const { catchAll } = this;
    if (catchAll === undefined) throw new Error("a line came before any config: inputs are opened after setConfigs");
    this.accepted++;
    if (continuation) {
      this.keepWhole(line, origin, origin.lastConfig ?? catchAll, "lineTooLong");
      return;
    }
    const parsed = parseStreamLog(line);
    const config = parsed.tag === undefined ? undefined : this.byTag.get(parsed.tag);
    origin.lastConfig = config ?? catchAll;
    if (parsed.ok && config !== undefined) {
      const source = isLoopback(parsed.ip) ? this.addressOf(origin) : parsed.ip;
      this.append(config, { time: parsed.time, contents: parsed.contents }, source);
    } else {
      this.keepWhole(line, origin, origin.lastConfig, parsed.ok ? "unknownTag" : parsed.problem);
    }
  }

  private keepWhole(line: Buffer, origin: Origin, config: SyslogConfig, reason: UnfitReason): void {
    this.options.unfit.add(reason, line);
    const time = Math.floor(this.options.now().getTime() / 1000);
    this.append(config, { time, contents: [[contentField, line]] }, this.addressOf(origin));
  }

  private append(config: SyslogConfig, log: Log, source: string): void {
    this.options.append({ project: config.project, logstore: config.logstore }, toRecord(log, config.topic, source));
  }

  private addressOf(origin: Origin): string {
    return isLoopback(origin.address) ? this.options.ownAddress() : origin.address;
  }
}

const isLoopback = (address: string): boolean => address === "::1" || address.startsWith("127.");
