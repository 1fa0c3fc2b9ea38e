import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Grant } from "./access";

interface Documented {
  readonly Statement: readonly { readonly Action: string | readonly string[]; readonly Resource: string }[];
}

/** The rights that docs/agent.md says an agent needs, for a project. */
export function documentedRights(project: string): Grant[] {
  const page = readFileSync(join(__dirname, "..", "..", "docs", "agent.md"), "utf8");
  const [, policy = ""] = /<!-- policy: .*?-->\s*```json\n(.*?)```/s.exec(page) ?? [];
  const { Statement } = JSON.parse(policy.replaceAll("sample-app-log-project-dev", project)) as Documented;
  return Statement.flatMap(({ Action, Resource }) => [Action].flat().map((one) => ({ Action: one, Resource })));
}
