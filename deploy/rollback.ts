/** Which of the kept versions of a config a person means. Putting one back is a plan and an apply like any other. */
import type { StackManifest } from "./read-outputs";
import { isSame, type KeptVersion } from "./history";

export interface ConfigPlace {
  readonly project: string;
  readonly region: string | undefined;
  /** A stack of the project; undefined: none of the stacks has to do with it. */
  readonly stack: StackManifest | undefined;
  /** Whether `stack` declares the config; if not it may be another's. */
  readonly declared: boolean;
}

/** The project of a config: as given, else of the stack that declares it, else the only project of the stacks (it may be declared no longer). */
export function placeOf(name: string, stacks: readonly StackManifest[], project: string | undefined): ConfigPlace {
  const places = stacks.flatMap((stack) =>
    stack.manifest.logtailConfigs.map((one) => ({
      name: one.config.configName,
      project: one.project,
      region: stack.manifest.region,
      stack,
    })),
  );
  const there = places.filter((one) => project === undefined || one.project === project);
  const declaring = there.filter((one) => one.name === name);
  const declared = declaring.length > 0;
  const candidates = declared ? declaring : there;
  const projects = [...new Set(candidates.map((one) => one.project))];
  const [first] = candidates;
  if (first !== undefined && projects.length === 1) {
    return { project: first.project, region: first.region, stack: first.stack, declared };
  }
  if (project !== undefined) return { project, region: stacks[0]?.manifest.region, stack: undefined, declared };
  throw new Error(
    `Logtail config ${name}: ${declared ? "declared in" : "not declared, and there are"} several projects: ` +
      `${projects.join(", ")}; give --project`,
  );
}

/** Whose a config was that nobody declares any more: who deployed it last. */
export const formerOwner = (versions: readonly KeptVersion[]): string | undefined =>
  versions.find(({ kind, owner }) => kind !== "found" && owner !== "")?.owner;

/** `to`: a number of the list, 1 being the newest, or the beginning of a version's hash. */
export function chooseVersion(versions: readonly KeptVersion[], to: string): KeptVersion {
  const alike = versions.filter(({ hash }) => to.length >= 6 && hash.startsWith(to.toLowerCase()));
  const [byHash] = alike;
  const numbers = alike.map((version) => versions.indexOf(version) + 1);
  if (byHash !== undefined && alike.some((one) => !isSame(one, byHash))) {
    throw new Error(
      `--to ${to} is numbers ${numbers.join(" and ")} of the list, which differ in their machine groups; give the number`,
    );
  }
  const chosen = byHash ?? (/^\d+$/.test(to) ? versions[Number(to) - 1] : undefined);
  if (chosen !== undefined) return chosen;
  throw new Error(
    `--to must be a number from 1 to ${versions.length}, or at least 6 characters of a version, got ${JSON.stringify(to)}`,
  );
}
