/** Copies of a tree that cost nothing: what is written goes to a layer of its own. They vanish with the run's mount namespace. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run";

export class Tree {
  private constructor(
    /** Where it is mounted. */
    readonly path: string,
    /** Its layers, uppermost first. */
    private readonly layers: readonly string[],
  ) {}

  static base(folder: string): Tree {
    return new Tree(folder, [folder]);
  }

  /** A copy as it is now. The original must not be written while the copy is in use: its machine is off. */
  async copy(work: string, name: string): Promise<Tree> {
    const folder = join(work, "trees", name);
    const [upper, scratch, path] = ["upper", "scratch", "tree"].map((one) => join(folder, one)) as [
      string,
      string,
      string,
    ];
    for (const one of [upper, scratch, path]) mkdirSync(one, { recursive: true });
    const options = `lowerdir=${this.layers.join(":")},upperdir=${upper},workdir=${scratch}`;
    await run("mount", ["-t", "overlay", "overlay", "-o", options, path]).catch((error: Error) => {
      throw new Error(
        `${error.message}\nthe folder ${work} must be on a disk that can hold the upper layer of an overlay`,
      );
    });
    return new Tree(path, [upper, ...this.layers]);
  }
}
