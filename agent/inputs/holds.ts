/** Why inputs are held: the buffer, memory, CPU share. They go on when no reason is left. */
export class Holds {
  private readonly reasons = new Map<string, string>();

  /** `apply` is called when the first reason comes and when the last one goes. */
  constructor(private readonly apply: (held: boolean, why: string) => void) {}

  /** `why` undefined: this reason is gone. */
  set(what: string, why: string | undefined): void {
    const before = this.reasons.size;
    if (why === undefined) this.reasons.delete(what);
    else this.reasons.set(what, why);
    const after = this.reasons.size;
    if ((before === 0) !== (after === 0)) this.apply(after > 0, why ?? "");
  }
}
