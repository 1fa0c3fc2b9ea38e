/**
 * All of a store but its logs, as JSON in one file: plain data, with a mark where JSON has no word (`{"$map": [...]}`).
 * Written whole, and put in the place of the last one by a rename, so that a kill leaves the one or the other.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { ConsumerGroup, type ConsumerGroupState } from "./consumer-group";
import type { LogStorage } from "./log-storage";
import { Logstore, type LogstoreState } from "./logstore";
import { newProject, Store } from "./store";

const version = 1;

function packed(this: unknown, key: string, value: unknown): unknown {
  // JSON.stringify has made a text of a Date before it asks.
  const raw = (this as Record<string, unknown>)[key];
  if (raw instanceof Date) return { $date: raw.getTime() };
  if (value instanceof Map) return { $map: [...value] };
  if (value instanceof Set) return { $set: [...value] };
  if (value instanceof Logstore) return { $logstore: value.state() };
  if (value instanceof ConsumerGroup) return { $consumerGroup: value.state() };
  // What a client gave may have such a name of its own.
  if (isPlain(value) && Object.keys(value).some((name) => name.startsWith("$")))
    return { $object: Object.entries(value) };
  return value;
}

const isPlain = (value: unknown): value is object =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

const unpacked =
  (storage: LogStorage) =>
  (_key: string, value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value;
    const one = value as Record<string, unknown>;
    if ("$object" in one) return Object.fromEntries(one["$object"] as [string, unknown][]);
    if ("$date" in one) return new Date(one["$date"] as number);
    if ("$map" in one) return new Map(one["$map"] as [unknown, unknown][]);
    if ("$set" in one) return new Set(one["$set"] as unknown[]);
    if ("$consumerGroup" in one) return new ConsumerGroup(one["$consumerGroup"] as ConsumerGroupState);
    if ("$logstore" in one) return new Logstore(storage, one["$logstore"] as LogstoreState);
    return value;
  };

export class SavedStore {
  private last = "";
  /** Whether nothing is left to save since the last time. */
  isWhole = true;

  constructor(
    private readonly file: string,
    private readonly storage: LogStorage,
  ) {}

  /** The store as it was saved last; a new one where there is none. Throws when the file can't be read. */
  load(): Store {
    const store = new Store(this.storage);
    if (!existsSync(this.file)) return store;
    let saved: { version: number; store: Partial<Store> };
    try {
      saved = JSON.parse(readFileSync(this.file, "utf8"), unpacked(this.storage)) as typeof saved;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`${this.file} can't be read (${why}); move it away to start with an empty cloud`, {
        cause: error,
      });
    }
    if (saved.version !== version) {
      const found = String(saved.version);
      throw new Error(
        `${this.file} is of version ${found}, this program reads version ${version}; use the one that wrote it`,
      );
    }
    // What an older program did not know gets its default.
    Object.assign(store, saved.store, { access: { ...store.access, ...saved.store.access } });
    for (const [name, project] of store.projects) {
      const { region, description, resourceGroupId, createTime } = project;
      store.projects.set(name, { ...newProject(name, region, description, resourceGroupId, createTime), ...project });
    }
    const folders = [...store.projects.values()].flatMap(({ logstores }) =>
      [...logstores.values()].map((one) => one.folder),
    );
    this.storage.keepOnly(new Set(folders));
    return store;
  }

  /** On disk when this returns, if anything changed since the last time. */
  save(store: Store): void {
    const { storage: _, ...rest } = store;
    const text = JSON.stringify({ version, store: rest }, packed);
    if (text === this.last) return;
    this.isWhole = false;
    writeFileSync(`${this.file}.new`, text, { mode: 0o600 });
    renameSync(`${this.file}.new`, this.file);
    this.last = text;
    this.isWhole = true;
  }
}
