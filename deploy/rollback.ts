/** Which of the kept versions of a config a person means. Putting one back is a plan and an apply like any other. */
import type { StackManifest } from "./read-outputs";
import type { KeptVersion } from "./history";

export interface ConfigPlace {
  readonly project: string;
  readonly region: string | undefined;
  /** undefined: the project was named, and no stack declares the config. */
  readonly stack: StackManifest | undefined;
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
  const declared = there.filter((one) => one.name === name);
  const candidates = declared.length > 0 ? declared : there;
  const projects = [...new Set(candidates.map((one) => one.project))];
  const [first] = candidates;
  if (first !== undefined && projects.length === 1) return first;
  if (project !== undefined) return { project, region: stacks[0]?.manifest.region, stack: stacks[0] };
  throw new Error(
    `Logtail config ${name}: ${declared.length > 0 ? "declared in" : "not declared, and there are"} several projects: ` +
      `${projects.join(", ")}; give --project`,
  );
}

/** `to`: a number of the list, 1 being the newest, or the beginning of a version's hash. */
export function chooseVersion(versions: readonly KeptVersion[], to: string): KeptVersion {
  const byHash = versions.find(({ hash }) => to.length >= 6 && hash.startsWith(to.toLowerCase()));
  const chosen = byHash ?? (/^\d+$/.test(to) ? versions[Number(to) - 1] : undefined);
  if (chosen !== undefined) return chosen;
  throw new Error(
    `--to must be a number from 1 to ${versions.length}, or at least 6 characters of a version, got ${JSON.stringify(to)}`,
  );
}
