import { join } from "node:path";
import { SlsError } from "../../sls/model/errors";
import type { Emit } from "../status/events";
import type { Waits } from "../status/waits";
import type { World } from "../world";
import { linkedTo } from "../abort";
import { discover, type ConfigService, type Found, type SyslogConfig } from "./discovery";
import { userDefinedIdFile, userDefinedIdVariable, type Identity } from "./identity";
import { readLastGood, saveLastGood } from "./last-good";

export interface ConfigWatcherOptions {
  readonly service: ConfigService;
  /** Whether a failed reply corrected the clock. */
  readonly learnTime: (error: SlsError) => boolean;
  readonly endpoint: string;
  readonly projects: readonly string[];
  readonly configDir: string;
  /** Where the last good configs are kept. */
  readonly file: string;
  readonly pollMs: number;
  readonly identity: () => Identity;
  readonly world: World;
  readonly emit: Emit;
  readonly waits: Waits;
  /** Called with all configs in force whenever they differ from before. */
  readonly onConfigs: (configs: readonly SyslogConfig[]) => void;
}

/** While there is nothing to do but wait, looks are at most this far apart. */
const impatientMs = 5_000;
/** A first look that takes longer is taken for a failed one: lines wait meanwhile. */
const graceMs = 2_000;

/**
 * looking -> sleeping -> looking …, until closed. A look at a project that fails leaves that project's configs as they
 * are; only an answer of the service changes them. When the first look fails, or takes longer than the grace time, the
 * configs of the last run are used: a machine that can ask does not act on old answers, one that cannot still works.
 */
export class ConfigWatcher {
  private readonly byProject = new Map<string, readonly SyslogConfig[]>();
  private readonly ignoredTold = new Set<string>();
  private readonly stop = new AbortController();
  private wake: { abort(): void } = { abort: () => undefined };
  private looked = false;
  /** A look is wanted that begins from now on. */
  private wanted = false;
  private inForce: string | undefined;
  private saved: string | undefined;
  private running: Promise<void> | undefined;

  constructor(private readonly options: ConfigWatcherOptions) {}

  start(): void {
    this.running = this.run();
  }

  /** Looks at once instead of after the pause. */
  refresh(): void {
    this.wanted = true;
    this.wake.abort();
  }

  /** No change is announced any more. Resolves when a look that is under way has ended too. */
  async close(): Promise<void> {
    this.stop.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { world, pollMs } = this.options;
    const { signal } = this.stop;
    const grace = this.afterGrace();
    while (!signal.aborted) {
      this.wanted = false;
      const waiting = await this.look();
      this.looked = true;
      if (signal.aborted) break;
      if (this.wanted) continue;
      const pause = waiting ? Math.min(pollMs, impatientMs) : pollMs;
      // A fleet that was started at once should not ask at once for ever.
      await this.sleep(pause * (0.9 + 0.2 * world.random()));
    }
    await grace;
  }

  /** Until the pause is over, a refresh, or the end. */
  private async sleep(ms: number): Promise<void> {
    const pause = linkedTo(this.stop.signal);
    this.wake = pause;
    await this.options.world.sleep(ms, pause.signal);
    pause.release();
  }

  private async afterGrace(): Promise<void> {
    await this.options.world.sleep(graceMs, this.stop.signal);
    const identity = this.stop.signal.aborted || this.looked ? undefined : this.readIdentity();
    if (identity === undefined) return;
    for (const project of this.options.projects) this.useLastGood(project, identity);
    this.announce("disk");
  }

  /** Returns whether something is waited for. */
  private async look(): Promise<boolean> {
    const { projects, waits } = this.options;
    const identity = this.readIdentity();
    if (identity === undefined) return true;
    let waiting = false;
    let answered = false;
    for (const project of projects) {
      const what = `configs of project ${project}`;
      try {
        const { groups, configs, ignored } = await this.ask(project, identity);
        if (this.stop.signal.aborted) return false;
        answered = true;
        this.byProject.set(project, configs);
        this.tellIgnored(project, ignored);
        const missing = whatIsMissing(groups, configs, identity, this.options.configDir);
        if (missing === undefined) waits.end(what);
        else waits.begin(what, missing);
        waiting ||= missing !== undefined;
      } catch (error) {
        if (this.stop.signal.aborted) return false;
        waiting = true;
        this.useLastGood(project, identity);
        const { message } = error as Error;
        waits.begin(what, message, error instanceof SlsError ? error.code : message);
      }
    }
    this.announce(answered ? "service" : "disk");
    if (answered) this.save(identity);
    return waiting;
  }

  /** Once more at once when the failure was about the clock. */
  private async ask(project: string, identity: Identity): Promise<Found> {
    const { service, learnTime } = this.options;
    const { signal } = this.stop;
    try {
      return await discover(service, project, identity, signal);
    } catch (error) {
      if (!(error instanceof SlsError && learnTime(error))) throw error;
      return discover(service, project, identity, signal);
    }
  }

  private readIdentity(): Identity | undefined {
    const what = "machine identity";
    try {
      const identity = this.options.identity();
      if (identity.problems.length === 0) this.options.waits.end(what);
      else this.options.waits.begin(what, identity.problems.join("; "));
      return identity;
    } catch (error) {
      this.options.waits.begin(what, (error as Error).message);
      return undefined;
    }
  }

  private useLastGood(project: string, identity: Identity): void {
    if (this.byProject.has(project)) return;
    const { file, endpoint } = this.options;
    const configs = readLastGood(file, { endpoint, userDefinedIds: identity.userDefinedIds })?.projects[project];
    if (configs !== undefined) this.byProject.set(project, configs);
  }

  private tellIgnored(project: string, ignored: readonly { config: string; why: string }[]): void {
    for (const { config, why } of ignored) {
      const key = `${project}/${config}: ${why}`;
      if (this.ignoredTold.has(key)) continue;
      this.ignoredTold.add(key);
      this.options.emit({ type: "ConfigIgnored", project, config, why });
    }
  }

  private announce(from: "service" | "disk"): void {
    const configs = this.options.projects.flatMap((project) => this.byProject.get(project) ?? []);
    const text = JSON.stringify(configs);
    if (text === this.inForce || (this.inForce === undefined && configs.length === 0)) return;
    this.inForce = text;
    this.options.emit({ type: "ConfigChanged", from, configs: configs.map((c) => `${c.project}/${c.config}`) });
    this.options.onConfigs(configs);
  }

  private save(identity: Identity): void {
    const { file, endpoint } = this.options;
    const value = { endpoint, userDefinedIds: identity.userDefinedIds, projects: Object.fromEntries(this.byProject) };
    const text = JSON.stringify(value);
    if (text === this.saved) return;
    try {
      saveLastGood(file, value);
      this.saved = text;
    } catch (error) {
      this.options.emit({ type: "ConfigNotSaved", file, message: (error as Error).message });
    }
  }
}

function whatIsMissing(
  groups: readonly string[],
  configs: readonly SyslogConfig[],
  identity: Identity,
  configDir: string,
): string | undefined {
  if (configs.length > 0) return undefined;
  if (groups.length > 0) {
    return `no syslog config is bound to ${groups.join(", ")}; run cdktf-sls deploy, or bind one in the console`;
  }
  const { userDefinedIds, addresses } = identity;
  const names = [
    userDefinedIds.length > 0 ? `user-defined id ${userDefinedIds.join(", ")}` : "no user-defined id",
    addresses.length > 0 ? `address ${addresses.join(", ")}` : "no address",
  ].join(" and ");
  return (
    `no machine group names this machine (${names}); add it to a group's machine list, or write the group's id into ` +
    `${join(configDir, userDefinedIdFile)} or ${userDefinedIdVariable}`
  );
}
