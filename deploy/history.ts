/**
 * The versions of Logtail configs that deploys applied or found in their way, kept in the project itself: the logstore `cdktf-sls-history`,
 * one log a version. Written before the config, so that nothing is applied that cannot be put back. Why there: docs/decisions/0009-history-in-a-logstore.md.
 */
import { randomUUID } from "node:crypto";
import type { LogWriter, SlsClient, FoundLog } from "../sls/client";
import { isNotExist, SlsError } from "../sls/model/errors";
import type { AnyConfigBody } from "../sls/model/config-form";
import { hashOf, sameValue, serverFields } from "./canonical";
import { retrying, type Patience } from "./retry";

export const historyLogstore = "cdktf-sls-history";

/** `applied`: a deploy sent it. `found`: it was there, of other hands, and a deploy overwrote or removed it. `rollback`: it was put back. */
export type VersionKind = "applied" | "found" | "rollback";

export interface Version {
  readonly config: AnyConfigBody;
  readonly machineGroups: readonly string[];
  readonly kind: VersionKind;
  readonly owner: string;
}

export interface KeptVersion extends Version {
  /** Milliseconds since 1970, by the clock of the machine that deployed. */
  readonly at: number;
  readonly hash: string;
}

export interface HistoryWorld {
  readonly now: () => Date;
  readonly patience: Patience;
}

const text = { type: "text", token: [] as string[], caseSensitive: true, doc_value: false };
/** Exact names alone: nothing else is searched for. */
const index = { keys: { config_name: text } };
const longest = 1000;

export class History {
  constructor(
    private readonly client: SlsClient,
    private readonly writer: LogWriter,
    private readonly project: string,
    private readonly world: HistoryWorld,
  ) {}

  /** One PutLogs for all of them; makes the logstore and its index where there is none: without an index nothing is found again. */
  async keep(versions: readonly Version[]): Promise<void> {
    if (versions.length === 0) return;
    const now = this.world.now().getTime();
    const deployment = randomUUID();
    const logs = versions.map((version, i) => ({
      time: Math.floor(now / 1000),
      contents: contentsOf(version, now, i, deployment),
    }));
    const put = (): Promise<unknown> =>
      this.writer.putLogs(this.project, historyLogstore, { topic: "cdktf-sls", source: "cdktf-sls", logs });
    const isNew = await this.make();
    const patience = isNew ? { ...this.world.patience, tries: 30 } : this.world.patience;
    await retrying(patience, { repeatable: true, fresh: isNew }, put);
  }

  /** Newest first; a version that was applied several times in a row is there once. */
  async versionsOf(name: string): Promise<KeptVersion[]> {
    const to = Math.floor(this.world.now().getTime() / 1000) + 60;
    const found: FoundLog[] = [];
    for (;;) {
      const page = { from: 1, to, query: `config_name: "${name}"`, line: 100, offset: found.length, reverse: true };
      const logs = await this.page(page);
      found.push(...logs);
      if (logs.length < 100 || found.length >= longest) break;
    }
    const versions = found.filter((log) => log["config_name"] === name).flatMap(versionOf);
    // Within a second the service keeps no order.
    versions.sort((a, b) => b.at - a.at || b.sequence - a.sequence);
    return versions.filter((version, i) => !isSame(version, versions[i + 1]));
  }

  private async page(request: Parameters<SlsClient["searchLogs"]>[2]): Promise<readonly FoundLog[]> {
    try {
      const { complete, logs } = await this.client.searchLogs(this.project, historyLogstore, request);
      if (!complete) throw incomplete(this.project);
      return logs;
    } catch (error) {
      if (isNotExist(error) && error.code !== "ProjectNotExist") return [];
      throw error;
    }
  }

  /** Returns whether something had to be made. A run may have been cut off between the logstore and its index. */
  private async make(): Promise<boolean> {
    const { client, project } = this;
    const { patience } = this.world;
    try {
      await client.getIndexConfig(project, historyLogstore);
      return false;
    } catch (error) {
      if (!isNotExist(error) || error.code === "ProjectNotExist") throw error;
    }
    await retrying(patience, { repeatable: true }, () =>
      unlessThere(() => client.createLogStore(project, historyLogstore, { ttl: 3650, shardCount: 1 })),
    );
    await retrying(patience, { fresh: true, repeatable: true }, () =>
      unlessThere(() => client.createIndex(project, historyLogstore, index)),
    );
    return true;
  }
}

/** With a part of the versions, their numbers would mean others. */
const incomplete = (project: string): Error =>
  new Error(
    `the service has not yet looked through all versions in ${project}/${historyLogstore}; ask again in a moment`,
  );

export const isSame = (version: KeptVersion, older: KeptVersion | undefined): boolean =>
  version.hash === older?.hash && sameValue([...version.machineGroups].sort(), [...older.machineGroups].sort());

/** Somebody else's deploy, or one of ours that was cut off, may have made it. */
async function unlessThere(create: () => Promise<unknown>): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (!(error instanceof SlsError && /AlreadyExists?$/.test(error.code))) throw error;
  }
}

function contentsOf(version: Version, at: number, sequence: number, deployment: string): [string, string][] {
  return [
    ["config_name", version.config.configName],
    ["kind", version.kind],
    ["owner", version.owner],
    ["at", String(at)],
    ["sequence", String(sequence)],
    ["deployment", deployment],
    ["machine_groups", JSON.stringify(version.machineGroups)],
    ["config", JSON.stringify(withoutServerFields(version.config))],
  ];
}

const withoutServerFields = (config: AnyConfigBody): AnyConfigBody =>
  Object.fromEntries(Object.entries(config).filter(([key]) => !serverFields.includes(key))) as unknown as AnyConfigBody;

/** What is no version of ours, somebody else's log, is left out. */
function versionOf(log: FoundLog): (KeptVersion & { readonly sequence: number })[] {
  try {
    const config = JSON.parse(log["config"] ?? "") as AnyConfigBody;
    const machineGroups = JSON.parse(log["machine_groups"] ?? "[]") as string[];
    const kind = (log["kind"] ?? "applied") as VersionKind;
    const [at, sequence] = [Number(log["at"]), Number(log["sequence"])];
    return [{ config, machineGroups, kind, owner: log["owner"] ?? "", at, sequence, hash: hashOf(config) }];
  } catch {
    return [];
  }
}
