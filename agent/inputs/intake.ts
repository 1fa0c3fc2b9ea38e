import { isIP } from "node:net";
import { parseStreamLog } from "../../parsers";
import type { Log } from "../../sls/model/log";
import { encodeLogGroup } from "../../sls/wire/log-group";
import type { Destination } from "../buffer/destination";
import type { Lane } from "../buffer/lane";
import type { LogQueue } from "../buffer/log-queue";
import { hashKeyOf } from "../buffer/segment-format";
import type { SyslogConfig } from "../config/discovery";
import type { GroupTag } from "../config/group-tags";
import type { UnfitReason } from "../status/events";
import type { UnfitLines } from "../status/tally";
import { addFast, Fast, headOf, type LineHead } from "./syslog/fast-line";
import type { SyslogSurroundings } from "./syslog/fast-syslog";
import { LogRules } from "./rules/log-rules";
import type { LineRouterOptions } from "./syslog/line-router";

/** Where a line came in; one object a connection. */
export interface Origin {
  /** The TCP peer's address. */
  readonly address: string;
  /** Where the last line went: the rest of a line that was cut goes there too. */
  lastConfig?: SyslogConfig;
  /** The last line was kept out by a filter: so is the rest of it, if it was cut. */
  keptOut?: boolean;
  /** Where lines of the same tag and address go as the last one did. */
  last?: LastHead;
  /** Where lines go that tell no tag: those of RFC 3164 and RFC 5424. */
  syslog?: LastPlace & { readonly around: SyslogSurroundings };
}

interface LastPlace {
  readonly config: SyslogConfig;
  readonly lane: Lane;
  /** What it was worked out with. */
  readonly configs: ReadonlyMap<string, SyslogConfig>;
  readonly ownAddress: string;
}

type LastHead = LineHead & LastPlace;

export interface IntakeOptions {
  readonly queue: (destination: Destination) => LogQueue;
  readonly committed: () => Promise<void>;
  readonly unfit: UnfitLines;
  readonly now: () => Date;
  /** This machine's address, for lines that it sends to itself. */
  readonly ownAddress: () => string;
  /** Tags of all that is sent for the config. @default none */
  readonly tagsOf?: (config: SyslogConfig) => readonly GroupTag[];
  /** A regular expression of a config took too long for a line. @default nobody is told */
  readonly onGivenUp?: (config: SyslogConfig) => void;
}

/** Field of a line that is stored whole. */
const contentField = "content";

/**
 * Turns lines into logs in the buffer. A line that is handed over here is accepted: it is not dropped, but where the
 * settings say so for a full buffer.
 */
export class Intake {
  accepted = 0;
  /** Accepted lines that a config's filter kept out, by `project/config`. */
  readonly filtered = new Map<string, number>();
  private byTag = new Map<string, SyslogConfig>();
  private catchAll: SyslogConfig | undefined;
  /** Of each config that lines went to; of one that is not in force any more, too: the rest of a line may still come to it. */
  private readonly rules = new WeakMap<SyslogConfig, LogRules | "none">();
  /** Where the last log that was made elsewhere went: the next one goes there too, as a rule. */
  private stored: { readonly config: SyslogConfig; readonly source: string; readonly lane: Lane } | undefined;

  constructor(private readonly options: IntakeOptions) {}

  /** The first config of a tag has it. The first of all gets the lines that belong to none. */
  setConfigs(configs: readonly [SyslogConfig, ...SyslogConfig[]]): void {
    this.byTag = new Map([...configs].reverse().map((config) => [config.tag, config]));
    this.catchAll = configs[0];
    for (const config of configs) this.rulesOf(config);
  }

  accept(line: Buffer, origin: Origin, continuation: boolean): void {
    const { catchAll } = this;
    if (catchAll === undefined) throw new Error("a line came before any config: inputs are opened after setConfigs");
    this.accepted++;
    if (continuation) {
      if (origin.keptOut) return this.keepOut(origin.lastConfig ?? catchAll);
      this.keepWhole(line, origin, origin.lastConfig ?? catchAll, "lineTooLong");
      return;
    }
    if (this.addedFast(line, 0, line.length, origin)) return;
    const parsed = parseStreamLog(line);
    const config = parsed.tag === undefined ? undefined : this.byTag.get(parsed.tag);
    origin.lastConfig = config ?? catchAll;
    if (parsed.ok && config !== undefined) {
      const source = isLoopback(parsed.ip) ? this.addressOf(origin) : parsed.ip;
      const { time, timeNs, contents } = parsed;
      this.store(config, { time, ...(timeNs === undefined ? {} : { timeNs }), contents }, source, line, origin);
    } else {
      this.keepWhole(line, origin, origin.lastConfig, parsed.ok ? "unknownTag" : parsed.problem);
    }
  }

  /** Resolves when every line accepted so far is safe: on disk and promised, or stored by the service. */
  committed(): Promise<void> {
    return this.options.committed();
  }

  /**
   * Accepts the line that lies from `begin` to `end`, without its LF, when it is one for the fast path; otherwise returns
   * false, and `accept` is to be called. The bytes are not kept.
   */
  acceptRange(bytes: Buffer, begin: number, end: number, origin: Origin): boolean {
    if (!this.addedFast(bytes, begin, end, origin)) return false;
    this.accepted++;
    return true;
  }

  private addedFast(line: Buffer, begin: number, end: number, origin: Origin): boolean {
    let { last } = origin;
    if (last !== undefined && (last.configs !== this.byTag || last.ownAddress !== this.options.ownAddress())) {
      last = origin.last = undefined;
    }
    let done = addFast(line, begin, end, last);
    if (done === Fast.OtherHead) {
      last = this.headFor(headOf(line, begin), origin);
      if (last === undefined) return false;
      origin.last = last;
      done = addFast(line, begin, end, last);
    }
    if (done !== Fast.Added || last === undefined) return false;
    origin.lastConfig = last.config;
    if (origin.keptOut) origin.keptOut = false;
    return true;
  }

  /** Undefined when the tag has no config, or one with rules, or the address is none: that is for the careful path. */
  private headFor({ tag, ip }: ReturnType<typeof headOf>, origin: Origin): LastHead | undefined {
    const config = this.byTag.get(tag.toString("utf8"));
    const address = ip.toString("latin1");
    if (config === undefined || !this.isPlain(config) || isIP(address) === 0) return undefined;
    return {
      // Copies: a slice would keep all that was read with it.
      tag: Buffer.from(tag),
      ip: Buffer.from(ip),
      lane: this.laneOf(config, isLoopback(address) ? this.addressOf(origin) : address),
      config,
      configs: this.byTag,
      ownAddress: this.options.ownAddress(),
    };
  }

  private keepWhole(line: Buffer, origin: Origin, config: SyslogConfig, reason: UnfitReason): void {
    this.options.unfit.add(reason, line);
    const time = Math.floor(this.options.now().getTime() / 1000);
    this.storeWhole(config, { time, contents: [[contentField, line]] }, this.addressOf(origin), origin);
  }

  /** What a LineRouter hands its lines to. */
  forRouter(): Pick<LineRouterOptions, "accept" | "acceptRange" | "store" | "storeWhole" | "laneOf"> {
    return {
      accept: (line, origin, continuation) => this.accept(line, origin, continuation),
      acceptRange: (bytes, from, to, origin) => this.acceptRange(bytes, from, to, origin),
      store: (config, log, source, line, origin) => this.store(config, log, source, line, origin),
      storeWhole: (config, log, source, origin) => this.storeWhole(config, log, source, origin),
      laneOf: (config, source) => (this.isPlain(config) ? this.laneOf(config, source) : undefined),
    };
  }

  /** Whether lines of the config are stored as they are, so that nobody need look into them. */
  private isPlain(config: SyslogConfig): boolean {
    return this.rulesOf(config) === undefined;
  }

  /** The log that a line was made into, if the config's rules let it in. */
  store(config: SyslogConfig, log: Log, source: string, line: Buffer, origin: Origin): void {
    const rules = this.rulesOf(config);
    const contents = rules === undefined ? log.contents : rules.apply(log.contents, line);
    origin.keptOut = contents === undefined;
    if (contents === undefined) this.keepOut(config);
    else this.add(config, contents === log.contents ? log : { ...log, contents }, source);
  }

  /** A line that fits no format, under `content`: no filter is for it. */
  storeWhole(config: SyslogConfig, log: Log, source: string, origin: Origin): void {
    const rules = this.rulesOf(config);
    const contents = rules === undefined ? log.contents : rules.applyWhole(log.contents);
    origin.keptOut = false;
    this.add(config, contents === log.contents ? log : { ...log, contents }, source);
  }

  private rulesOf(config: SyslogConfig): LogRules | undefined {
    let rules = this.rules.get(config);
    if (rules === undefined) {
      const { filters, masks, raw } = config.rules ?? {};
      const some = filters !== undefined || masks !== undefined || raw === true;
      rules = some ? new LogRules(config.rules ?? {}, () => this.options.onGivenUp?.(config)) : "none";
      this.rules.set(config, rules);
    }
    return rules === "none" ? undefined : rules;
  }

  private keepOut({ project, config }: SyslogConfig): void {
    const key = `${project}/${config}`;
    this.filtered.set(key, (this.filtered.get(key) ?? 0) + 1);
  }

  private add(config: SyslogConfig, log: Log, source: string): void {
    let { stored } = this;
    if (stored?.config !== config || stored.source !== source) {
      stored = this.stored = { config, source, lane: this.laneOf(config, source) };
    }
    stored.lane.append(encodeLogGroup({ logs: [log] }), log.time);
  }

  /** Where logs of this config and source go. */
  private laneOf(config: SyslogConfig, source: string): Lane {
    const { project, logstore, topic, ordered } = config;
    const hashKey = ordered ? hashKeyOf(source) : undefined;
    const tags = this.options.tagsOf?.(config) ?? [];
    return this.options
      .queue({ project, logstore })
      .lane({ topic, source, hashKey, ...(tags.length > 0 ? { tags } : {}) });
  }

  private addressOf(origin: Origin): string {
    return isLoopback(origin.address) ? this.options.ownAddress() : origin.address;
  }
}

const isLoopback = (address: string): boolean => address === "::1" || address.startsWith("127.");
