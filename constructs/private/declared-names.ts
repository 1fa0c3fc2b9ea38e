import { Token } from "cdktf";
import type { IConstruct } from "constructs";
import { invalidValue } from "./check";

/** A symbol instead of a module's variable: an app may have two copies of this package on disk. */
const declared = Symbol.for("cdktf-sls.declaredNames");

type Root = IConstruct & { [declared]?: Map<string, string> };

/** What shares its names: two of one noun and name in a project are one thing to the service. */
type Noun = "logstore" | "index" | "machine group" | "Logtail config" | "dashboard" | "job";

/**
 * The app makes this project, whose name is its own in all of Alibaba Cloud. Throws where another construct of the app makes it, in
 * whichever stack; a name that is known only at apply is let through.
 */
export function declareProject(construct: IConstruct, projectName: string): void {
  const before = declaredBefore(construct, ["project", projectName]);
  if (before === undefined) return;
  throw invalidValue(
    construct,
    `project ${JSON.stringify(projectName)} is declared already at ${before}; give one of them another projectName, ` +
      `or write LogProject.fromName where the project is only used`,
  );
}

/**
 * The app makes this in a project, by whichever of its stacks and however it is delivered: with two of them the apply fails, or what is
 * delivered last wins. Throws where another construct of the app makes it, and says `remedy`; a name that is known only at apply is let through.
 */
export function declareInProject(
  construct: IConstruct,
  noun: Noun,
  name: string,
  project: string,
  remedy: string,
): void {
  const before = declaredBefore(construct, [noun, name], project);
  if (before === undefined) return;
  const what = noun === "index" ? `index of logstore ${JSON.stringify(name)}` : `${noun} ${JSON.stringify(name)}`;
  const where = Token.isUnresolved(project) ? "the same project" : `project ${JSON.stringify(project)}`;
  throw invalidValue(construct, `${what} of ${where} is declared already at ${before}; ${remedy}`);
}

/** Path of the construct that made it before, if there is one. A project that is known only at apply is itself, and may be no other. */
function declaredBefore(construct: IConstruct, key: readonly [string, string], project?: string): string | undefined {
  if (Token.isUnresolved(key[1])) return undefined;
  const root = construct.node.root as Root;
  const paths = (root[declared] ??= new Map());
  const id = JSON.stringify([...key, project]);
  const before = paths.get(id);
  if (before === undefined) paths.set(id, construct.node.path);
  return before;
}
