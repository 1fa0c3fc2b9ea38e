import { isLoopbackAddress } from "../let-go";
import {
  builtInStreamLogFormats,
  isRfc5424,
  parseRfc3164,
  parseRfc5424,
  parseStreamLog,
  readPriority,
  syslogContents,
  type StreamLogFormat,
  type SyslogMessage,
} from "../../../parsers";
import type { Log, LogContent } from "../../../sls/model/log";
import type { Lane } from "../../buffer/lane";
import type { SyslogConfig } from "../../config/discovery";
import type { UnfitReason } from "../../status/events";
import type { UnfitLines } from "../../status/tally";
import { addFastSyslog } from "./fast-syslog";
import type { TakeLine, TakeRange } from "../input";
import type { Origin } from "../intake";

export interface LineRouterOptions {
  /** Takes lines of Logtail's own stream format, which are most of all, and the rest of lines that were cut. */
  readonly accept: TakeLine;
  /** The same for lines that it can take where they lie. */
  readonly acceptRange: TakeRange;
  /** Takes the log that a line was made into. */
  readonly store: (config: SyslogConfig, log: Log, source: string, line: Buffer, origin: Origin) => void;
  /** The same of a line that fits no format. */
  readonly storeWhole: (config: SyslogConfig, log: Log, source: string, origin: Origin) => void;
  /** Where logs of this config and source go just as they are; undefined where `store` must look into them. */
  readonly laneOf: (config: SyslogConfig, source: string) => Lane | undefined;
  readonly unfit: UnfitLines;
  readonly now: () => Date;
  readonly ownAddress: () => string;
  /** For lines of this machine that tell none. */
  readonly ownHostname: () => string;
  /** The user's own versions (Logtail's `streamlog_formats`). */
  readonly formats: readonly StreamLogFormat[];
  /** Whether each log tells when its line came, as `timegenerated`. */
  readonly receptionTime: boolean;
}

/** What an input says of its lines. */
export interface LineSettings {
  /** Config of lines that carry no tag. @default the first config */
  readonly tag?: string | undefined;
  /** auto: formats are told apart line by line. raw: each line is stored whole, and nothing is wrong with that. */
  readonly format: "auto" | "raw";
}

const contentField = "content";
const receptionField = "timegenerated";
const priority = 0x3c;
const zero = 0x30;

/** Tells the formats of lines apart, and to which config a line belongs that does not say so itself. */
export class LineRouter {
  /** Lines that were not handed on to `accept`. */
  accepted = 0;
  private byTag = new Map<string, SyslogConfig>();
  private first: SyslogConfig | undefined;
  private readonly formats: readonly StreamLogFormat[];

  constructor(private readonly options: LineRouterOptions) {
    this.formats = [...builtInStreamLogFormats, ...options.formats];
  }

  /** The first config of a tag has it. */
  setConfigs(configs: readonly [SyslogConfig, ...SyslogConfig[]]): void {
    this.byTag = new Map([...configs].reverse().map((config) => [config.tag, config]));
    this.first = configs[0];
  }

  /** What takes the lines of one input. */
  taker({ tag, format }: LineSettings): TakeLine {
    const { accept, acceptRange, receptionTime, formats } = this.options;
    // Lines of Logtail's own version begin with 0: nothing is to be done with them here.
    const plain = tag === undefined && !receptionTime && !formats.some(({ version }) => version.startsWith("0"));
    const quick: TakeRange = (bytes, from, to, origin) => this.addedFast(bytes, from, to, origin, tag);
    const take: TakeLine = (line, origin, continuation) => {
      if (continuation && receptionTime && !origin.keptOut)
        return this.keepWhole(line, origin, origin.lastConfig, "lineTooLong");
      if (continuation) return accept(line, origin, true);
      if (format === "raw") return this.raw(line, origin, tag);
      if (line[0] === priority) {
        if (receptionTime || !quick(line, 0, line.length, origin)) this.syslog(line, origin, tag);
        return;
      }
      if (plain && line[0] === zero) return accept(line, origin, false);
      this.streamLog(line, origin, tag);
    };
    if (receptionTime || format === "raw") return take;
    const range: TakeRange = (bytes, from, to, origin) =>
      bytes[from] === priority
        ? quick(bytes, from, to, origin)
        : plain && bytes[from] === zero && acceptRange(bytes, from, to, origin);
    return Object.assign(take, { range });
  }

  /** A line of RFC 3164 or RFC 5424 that is as most are; another one is for `syslog`. */
  private addedFast(line: Buffer, from: number, to: number, origin: Origin, tag: string | undefined): boolean {
    const ownAddress = this.options.ownAddress();
    let { syslog } = origin;
    if (syslog === undefined || syslog.configs !== this.byTag || syslog.ownAddress !== ownAddress) {
      const config = this.configOf(tag);
      if (config === undefined) return false;
      const local = isLoopbackAddress(origin.address);
      const source = local ? ownAddress : origin.address;
      const lane = this.options.laneOf(config, source);
      if (lane === undefined) return false;
      const hostname = local ? this.options.ownHostname : undefined;
      syslog = { config, configs: this.byTag, ownAddress, lane, around: { now: this.options.now, hostname } };
      origin.syslog = syslog;
    }
    if (!addFastSyslog(line, from, to, syslog.lane, syslog.around)) return false;
    this.accepted++;
    origin.lastConfig = syslog.config;
    if (origin.keptOut) origin.keptOut = false;
    return true;
  }

  private syslog(line: Buffer, origin: Origin, tag: string | undefined): void {
    const config = this.configOf(tag);
    const message = parse(line, this.options.now());
    if (config === undefined) this.keepWhole(line, origin, undefined, "unknownTag");
    else if (message === undefined) this.keepWhole(line, origin, config, "badSyslog");
    else {
      const local = message.hostname === undefined && isLoopbackAddress(origin.address);
      const hostname = local ? Buffer.from(this.options.ownHostname()) : message.hostname;
      this.store(config, origin, line, message.time, syslogContents({ ...message, hostname }));
    }
  }

  private streamLog(line: Buffer, origin: Origin, tag: string | undefined): void {
    const parsed = parseStreamLog(line, this.formats);
    // A tag of its own counts before the input's.
    const config = this.configOf(parsed.tag ?? tag);
    if (config === undefined) this.keepWhole(line, origin, this.configOf(tag), "unknownTag");
    else if (!parsed.ok) this.keepWhole(line, origin, config, parsed.problem);
    else {
      const source = isLoopbackAddress(parsed.ip) ? undefined : parsed.ip;
      const { time: seconds, timeNs: nanoseconds } = parsed;
      const time = nanoseconds === undefined ? { seconds } : { seconds, nanoseconds };
      this.store(config, origin, line, time, parsed.contents, source);
    }
  }

  private raw(line: Buffer, origin: Origin, tag: string | undefined): void {
    const config = this.configOf(tag);
    if (config === undefined) this.keepWhole(line, origin, undefined, "unknownTag");
    else this.store(config, origin, line, undefined, [[contentField, line]]);
  }

  private keepWhole(line: Buffer, origin: Origin, config: SyslogConfig | undefined, reason: UnfitReason): void {
    this.options.unfit.add(reason, line);
    const to = config ?? this.catchAll();
    const source = sourceOf(origin) ?? this.options.ownAddress();
    this.options.storeWhole(to, this.makeLog(to, origin, undefined, [[contentField, line]]), source, origin);
  }

  private store(
    config: SyslogConfig,
    origin: Origin,
    line: Buffer,
    time: SyslogMessage["time"],
    contents: readonly LogContent[],
    source = sourceOf(origin) ?? this.options.ownAddress(),
  ): void {
    this.options.store(config, this.makeLog(config, origin, time, contents), source, line, origin);
  }

  /** Counts the line, and makes its log. */
  private makeLog(
    config: SyslogConfig,
    origin: Origin,
    time: SyslogMessage["time"],
    contents: readonly LogContent[],
  ): Log {
    const { receptionTime, now } = this.options;
    this.accepted++;
    origin.lastConfig = config;
    const came = time === undefined || receptionTime ? now().getTime() : 0;
    return {
      time: time?.seconds ?? Math.floor(came / 1000),
      ...(time?.nanoseconds === undefined ? {} : { timeNs: time.nanoseconds }),
      contents: receptionTime ? [...contents, [receptionField, (came / 1000).toFixed(3)]] : contents,
    };
  }

  /** The first config where no tag is asked for; undefined where no config has the tag. */
  private configOf(tag: string | undefined): SyslogConfig | undefined {
    return tag === undefined ? this.catchAll() : this.byTag.get(tag);
  }

  private catchAll(): SyslogConfig {
    if (this.first === undefined) throw new Error("a line came before any config: inputs are opened after setConfigs");
    return this.first;
  }
}

/** Undefined for this machine's own. */
const sourceOf = ({ address }: Origin): string | undefined => (isLoopbackAddress(address) ? undefined : address);

/** A line whose priority is followed by a version 1 is RFC 5424 or nothing. */
function parse(line: Buffer, now: Date): SyslogMessage | undefined {
  const end = readPriority(line)?.end;
  if (end === undefined) return undefined;
  return isRfc5424(line, end) ? parseRfc5424(line) : parseRfc3164(line, now);
}
