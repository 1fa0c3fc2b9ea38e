import { closeSync, constants, openSync } from "node:fs";

/** Open files by path, the least recently used closed when there are too many. */
export class OpenFiles {
  private readonly open = new Map<string, number>();
  constructor(private readonly most = 128) {}

  /** A descriptor to read and write at positions; the file is made if it is not there. */
  descriptor(path: string): number {
    const known = this.open.get(path);
    if (known !== undefined) {
      this.open.delete(path);
      this.open.set(path, known);
      return known;
    }
    if (this.open.size >= this.most) {
      const [oldest] = this.open.keys();
      if (oldest !== undefined) this.close(oldest);
    }
    const made = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    this.open.set(path, made);
    return made;
  }

  close(path: string): void {
    const descriptor = this.open.get(path);
    if (descriptor === undefined) return;
    this.open.delete(path);
    closeSync(descriptor);
  }

  closeAll(): void {
    for (const path of [...this.open.keys()]) this.close(path);
  }
}
