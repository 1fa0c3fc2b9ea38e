import { lastGoodFile, readAnyLastGood } from "../config/last-good";
import type { Settings } from "../config/settings";
import { doubt, type Finding } from "./finding";

/** What the configs that an agent of this data folder has last seen ask for and it does not do. */
export function checkConfigs({ dataDir, projects }: Settings): Finding[] {
  const found = readAnyLastGood(lastGoodFile(dataDir))?.projects ?? {};
  return projects.flatMap((project) =>
    (found[project] ?? []).flatMap(({ config, notApplied = [] }) =>
      notApplied.map((what) => doubt(`Logtail config ${project}/${config}`, `not applied: ${what}`)),
    ),
  );
}
