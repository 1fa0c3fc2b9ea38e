import type { IConstruct } from "constructs";
import { invalidValue } from "./check";

/** A symbol instead of a module's variable: an app may have two copies of this package on disk. */
const declared = Symbol.for("cdktf-sls.declaredConfigs");

type Root = IConstruct & { [declared]?: Map<string, string> };

/**
 * A config's name is its own in its project, whichever stack of the app declares it and however it is delivered: with two of them, the one that is
 * delivered last would win. Throws where it is declared already.
 */
export function declareConfigName(config: IConstruct, project: string, configName: string): void {
  const root = config.node.root as Root;
  const paths = (root[declared] ??= new Map());
  const key = JSON.stringify([project, configName]);
  const before = paths.get(key);
  if (before === undefined) paths.set(key, config.node.path);
  else {
    throw invalidValue(
      config,
      `Logtail config ${JSON.stringify(configName)} of project ${JSON.stringify(project)} is declared already at ${before}; ` +
        `give one of them another configName`,
    );
  }
}
