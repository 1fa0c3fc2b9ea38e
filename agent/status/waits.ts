import type { Emit } from "./events";

/** What the agent waits for, told when it begins, when the reason changes, and when it is over. */
export class Waits {
  private readonly reasons = new Map<string, string>();

  constructor(private readonly emit: Emit) {}

  /** `kind` stands for the reason where its text differs each time (it may name a request). */
  begin(what: string, why: string, kind = why): void {
    if (this.reasons.get(what) === kind) return;
    this.reasons.set(what, kind);
    this.emit({ type: "WaitingFor", what, why });
  }

  end(what: string): void {
    if (this.reasons.delete(what)) this.emit({ type: "WaitOver", what });
  }
}
