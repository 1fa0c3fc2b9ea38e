import type { Emit } from "../status/events";
import { options, type OptionName } from "./options";
import { SettingsError, type Settings } from "./settings";

/** Settings that a running agent takes over; the others are for the next start. */
export const liveSettings: readonly OptionName[] = [
  "logFormat",
  "logLevel",
  "drainSeconds",
  "limitMemoryBytes",
  "cpuPercent",
];

/** The settings in force. Reading them again never stops the agent: what is wrong is told, and the former ones stay. */
export class LiveSettings {
  current: Settings;

  constructor(
    first: Settings,
    /** Throws a SettingsError. */
    private readonly read: () => Settings,
    private readonly emit: Emit,
  ) {
    this.current = first;
  }

  reload(): void {
    let next: Settings;
    try {
      next = this.read();
    } catch (error) {
      const problems = error instanceof SettingsError ? error.problems : [(error as Error).message];
      this.emit({ type: "SettingsRefused", problems });
      return;
    }
    const differing = settingNames.filter((name) => JSON.stringify(next[name]) !== JSON.stringify(this.current[name]));
    const live = differing.filter((name) => isLive(name));
    const taken = Object.fromEntries(live.map((name) => [name, next[name]]));
    this.current = { ...this.current, ...taken };
    const atRestart = differing.filter((name) => !isLive(name)).map(pathOf);
    this.emit({ type: "SettingsChanged", changed: live.map(pathOf), atRestart });
  }
}

const settingNames = [
  ...(Object.keys(options) as OptionName[]).filter((name) => name !== "region" && name !== "network"),
] as Exclude<OptionName, "region" | "network">[];

const isLive = (name: OptionName): boolean => liveSettings.includes(name);
const pathOf = (name: OptionName): string => options[name].path;
