import * as fs from "node:fs";
import type { SetAsideStatus } from "../status/status-file";
import { countLines } from "./file-lines";
import type { SetAsideFolder } from "./folder";

/** What is known of a file: it has so many lines between these bytes. */
interface Counted {
  readonly from: number;
  readonly to: number;
  readonly lines: number;
}

/**
 * How many lines lie set aside, whoever put them there or took them away. Of a file that is known only what has changed is
 * read: what was added at its end, and what was sent at its beginning.
 */
export class SetAsideCounts {
  /** By device, inode and birth, for an inode is soon another file's: the name tells how far it is sent. */
  private known = new Map<string, Counted>();
  private looking: Promise<void> | undefined;

  constructor(
    private readonly folder: SetAsideFolder,
    /** At the last look. */
    public current: readonly SetAsideStatus[] = [],
  ) {}

  /** Looks anew; a look that is under way serves whoever asks meanwhile. Never rejects: a folder that cannot be read tells nothing new. */
  look(): Promise<void> {
    this.looking ??= this.count()
      .catch(() => undefined)
      .finally(() => (this.looking = undefined));
    return this.looking;
  }

  private async count(): Promise<void> {
    const known = new Map<string, Counted>();
    const found: SetAsideStatus[] = [];
    for (const destination of this.folder.destinations()) {
      let [lines, bytes] = [0, 0];
      for (const { file, from } of this.folder.parts(destination)) {
        // Not there any more: renamed or removed just now; the next look has it right.
        const stat = fs.statSync(file);
        const id = `${stat.dev}:${stat.ino}:${stat.birthtimeMs}`;
        const counted = await recount(file, this.known.get(id), from, stat.size);
        known.set(id, counted);
        lines += counted.lines;
        bytes += counted.to - counted.from;
      }
      if (bytes > 0) found.push({ ...destination, lines, bytes });
    }
    this.known = known;
    this.current = found;
  }
}

async function recount(file: string, known: Counted | undefined, from: number, to: number): Promise<Counted> {
  if (known === undefined || from < known.from || from > known.to || to < known.to) {
    return { from, to, lines: await countLines(file, from, to) };
  }
  const gone = await countLines(file, known.from, from);
  const added = await countLines(file, known.to, to);
  return { from, to, lines: known.lines - gone + added };
}
