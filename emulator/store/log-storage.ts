/** Where the logs lie: a folder for each logstore, in it one for each shard. */
import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Indexes, type IndexesOptions } from "../search/index/indexes";
import { OpenFiles } from "./open-files";
import type { Damage } from "./segment";
import { ShardLog } from "./shard-log";

/** As `newFolder` makes them. */
const isOwn = (name: string): boolean => /^[0-9a-f]{16}$/.test(name);

export class LogStorage {
  readonly indexes: Indexes;
  /** What could not be read, as it was met. */
  readonly damages: Damage[] = [];
  private readonly files = new OpenFiles();

  constructor(
    private readonly folder: string,
    options: IndexesOptions = {},
  ) {
    this.indexes = new Indexes(options);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** Name of a folder for a new logstore. */
  newFolder(): string {
    return randomBytes(8).toString("hex");
  }

  openShard(logstoreFolder: string, shard: number): ShardLog {
    return new ShardLog(join(this.folder, logstoreFolder, String(shard)), {
      files: this.files,
      report: (damage) => this.damages.push(damage),
    });
  }

  removeLogstore(logstoreFolder: string): void {
    rmSync(join(this.folder, logstoreFolder), { recursive: true, force: true });
  }

  /** Removes the logs of logstores that are no more: a kill came between. What others put there stays. */
  keepOnly(logstoreFolders: ReadonlySet<string>): void {
    for (const name of readdirSync(this.folder)) {
      if (isOwn(name) && !logstoreFolders.has(name)) this.removeLogstore(name);
    }
  }

  close(): void {
    this.indexes.close();
    this.files.closeAll();
  }
}
