/** `cdktf-sls verify`: whether logs flow, in the order in which it can go wrong. */
import { logstoreOf, type LogWriter, type SlsClient } from "../../sls";
import type { DeployManifestEntry } from "../../sls/model/deploy-manifest";
import { canaryCheck } from "./canary";
import type { Check } from "./check";
import { declaredChecks } from "./declared";
import { machinesCheck, noGroup } from "./machines";
import type { VerifyWorld } from "./patience";

export * from "./check";
export { selectEnvironment } from "./environment";
export type { VerifyWorld } from "./patience";

export interface VerifyOptions {
  /** The stack. */
  readonly owner: string;
  /** Machines that must be alive in each group; 0: none is looked for. */
  readonly machines: number;
  readonly freshSeconds: number;
  /** For machines, and for the canary. */
  readonly waitMs: number;
  readonly canary: boolean;
  readonly onCheck: (check: Check) => void;
}

const distinct = <T>(all: readonly T[]): T[] => [...new Set(all)];

/** Goes on after a failed check, but not into a project that is not there. Rejects where the service cannot be asked. */
export async function verifyStack(
  client: SlsClient,
  writer: LogWriter,
  entries: readonly DeployManifestEntry[],
  { owner, machines, freshSeconds, waitMs, canary, onCheck }: VerifyOptions,
  world: VerifyWorld,
): Promise<Check[]> {
  const checks: Check[] = [];
  const note = (...more: readonly Check[]): void => {
    checks.push(...more);
    more.forEach(onCheck);
  };
  for (const project of distinct(entries.map((entry) => entry.project))) {
    const own = entries.filter((entry) => entry.project === project);
    const declared = await declaredChecks(client, owner, project, own);
    note(...declared);
    if (!declared[0]?.passed) continue;
    const storesOf = (some: readonly DeployManifestEntry[]): string[] =>
      distinct(some.map(({ config }) => logstoreOf(config)));
    const groups = distinct(own.flatMap(({ machineGroups }) => machineGroups));
    if (machines > 0 && groups.length === 0) note(noGroup(project));
    for (const group of machines > 0 ? groups : []) {
      const logstores = storesOf(own.filter(({ machineGroups }) => machineGroups.includes(group)));
      note(await machinesCheck(client, { project, group, logstores, machines, freshSeconds, waitMs }, world));
    }
    for (const logstore of canary ? storesOf(own) : []) {
      note(await canaryCheck(client, writer, { project, logstore, waitMs }, world));
    }
  }
  return checks;
}
