import type { GroupFace } from "./destination";
import { Lane, type LaneOwner } from "./lane";

const manyLanes = 16_384;

/** The lanes of one queue that lines may still come to. */
export class Lanes {
  private readonly byFace = new Map<string, Lane>();
  /** Higher than every one in the queue's folder. */
  private nextId = 1;

  constructor(private readonly owner: LaneOwner) {}

  of(face: GroupFace): Lane {
    const { hashKey = "", source, topic, tags = [] } = face;
    const key = [hashKey, source, topic, ...tags.flat()].join("\0");
    let lane = this.byFace.get(key);
    if (lane === undefined) {
      if (this.byFace.size >= manyLanes) this.forget();
      lane = new Lane(this.nextId++, face, this.owner);
      this.byFace.set(key, lane);
    }
    return lane;
  }

  /** Ids below are those of an earlier run. */
  startAt(id: number): void {
    this.nextId = id;
  }

  /** Sources come and go; one that comes back gets another lane. */
  private forget(): void {
    for (const [key, { open }] of this.byFace) if (open === undefined) this.byFace.delete(key);
  }
}
