import { hostname } from "node:os";
import { join } from "node:path";
import type { Disk } from "../buffer/disk";
import type { LogBuffer } from "../buffer/log-buffer";
import type { SyslogConfig } from "../config/discovery";
import { machineTags, tagsOf } from "../config/group-tags";
import type { Settings } from "../config/settings";
import type { Emit, UnfitReason } from "../status/events";
import type { InputStatus } from "../status/status-file";
import { OnceAMinute } from "../status/once-a-minute";
import { UnfitLines } from "../status/tally";
import type { Waits } from "../status/waits";
import { bootIdOf, type World } from "../world";
import { Holds } from "./holds";
import { Inputs } from "./inputs";
import { Intake } from "./intake";
import { LineRouter } from "./syslog/line-router";
import { RelpMemory } from "./relp/memory";

export interface ReceptionOptions {
  readonly settings: Settings;
  readonly buffer: Pick<LogBuffer, "queue" | "committed" | "dropped">;
  readonly disk: Disk;
  /** This machine's address, for lines that it sends to itself. */
  readonly ownAddress: () => string;
  /** This machine's names in machine groups. */
  readonly userDefinedIds: () => readonly string[];
  readonly world: World;
  readonly emit: Emit;
  readonly waits: Waits;
}

/**
 * Where lines come in: what is between a socket and the buffer. The inputs are open while there is a config to take lines
 * for, and held while there is a reason.
 */
export class Reception {
  readonly relpMemory: RelpMemory;
  private readonly unfitLines: UnfitLines;
  /** Configs, `project/config`, that have a regular expression which takes too long. */
  private readonly givenUp: OnceAMinute<string>;
  private readonly intake: Intake;
  private readonly router: LineRouter;
  private readonly inputs: Inputs;
  private readonly holds = new Holds((held, why) => this.inputs.setHeld(held, why));
  private readonly standardInput = new AbortController();
  /** Resolves when standard input was an input and came to its end: whoever piped lines in waits for them to be sent. */
  readonly inputEnded = new Promise<string>((resolve) =>
    this.standardInput.signal.addEventListener("abort", () => resolve("end of standard input"), { once: true }),
  );

  constructor({ settings, buffer, disk, ownAddress, userDefinedIds, world, emit, waits }: ReceptionOptions) {
    const { now } = world;
    const unfit = (this.unfitLines = new UnfitLines(now, (reason, lines, sample) =>
      emit({ type: "LinesUnfit", reason, lines, sample }),
    ));
    this.givenUp = new OnceAMinute(now, (config, lines) => emit({ type: "RegexGivenUp", config, lines }));
    const committed = (): Promise<void> => buffer.committed();
    const tags = tagsOf(settings.tags);
    const intake = (this.intake = new Intake({
      queue: (destination) => buffer.queue(destination),
      committed,
      unfit,
      now,
      ownAddress,
      tagsOf: (config) => (config.machineTags ? [...machineTags(hostname(), userDefinedIds()), ...tags] : tags),
      onGivenUp: ({ project, config }) => this.givenUp.add(`${project}/${config}`, 1),
    }));
    this.router = new LineRouter({
      ...intake.forRouter(),
      unfit,
      now,
      ownAddress,
      ownHostname: forASecond(hostname, world),
      formats: settings.streamLogFormats,
      receptionTime: settings.receptionTime,
    });
    const bootId = bootIdOf();
    const file = join(settings.dataDir, "relp-unanswered");
    const relpMemory = (this.relpMemory = new RelpMemory({
      record: bootId === undefined ? undefined : { file, bootId, disk },
      lost: () => Object.values(buffer.dropped).reduce((sum, lines) => sum + lines),
      world,
    }));
    const onStdinEnd = (): void => this.standardInput.abort();
    this.inputs = new Inputs({ settings, router: this.router, committed, relpMemory, onStdinEnd, world, emit, waits });
  }

  /** Lines, since the start. */
  get accepted(): number {
    return this.intake.accepted + this.router.accepted;
  }

  /** Lines that did not fit, since the start; they were stored whole. */
  get unfit(): ReadonlyMap<UnfitReason, number> {
    return this.unfitLines.total;
  }

  /** Lines that filters kept out, since the start, by `project/config`. */
  get filtered(): ReadonlyMap<string, number> {
    return this.intake.filtered;
  }

  /** Configs in force have changed. Without any, the inputs close: rsyslog keeps its lines until there is one again. */
  use([first, ...others]: readonly SyslogConfig[]): void {
    if (first === undefined) {
      // Awaited by the last close().
      void this.inputs.close();
      return;
    }
    // Of all lines: one that does not fit may be any config's.
    this.unfitLines.hidden = [first, ...others].some(({ rules }) => rules?.masks !== undefined);
    this.intake.setConfigs([first, ...others]);
    this.router.setConfigs([first, ...others]);
    this.inputs.open();
  }

  /** `what` holds the inputs; it does not any more where `why` is undefined. */
  hold(what: string, why: string | undefined): void {
    this.holds.set(what, why);
  }

  /** Tells of lines that did not fit within the minute before, too. To be called now and then. */
  tellDue(): void {
    this.unfitLines.flushDue();
    this.givenUp.flushDue();
  }

  tellAll(): void {
    this.unfitLines.flushAll();
    this.givenUp.flushAll();
  }

  status(): readonly InputStatus[] {
    return this.inputs.status();
  }

  /** Resolves when everything that has come is read. */
  close(): Promise<void> {
    return this.inputs.close();
  }
}

/** What is asked for at each of many lines, and seldom changes, is asked for once a second. */
function forASecond<T>(read: () => T, { monotonic }: Pick<World, "monotonic">): () => T {
  let known: { readonly value: T; readonly until: number } | undefined;
  return () => {
    if (known === undefined || monotonic() >= known.until) known = { value: read(), until: monotonic() + 1000 };
    return known.value;
  };
}
