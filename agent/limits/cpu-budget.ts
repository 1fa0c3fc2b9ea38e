/** Nothing that lies further back is made up for: a busy minute must not hold the inputs for the next one. */
const mostDebtMs = 2_000;

/** CPU time against what a share of one core allows. Times in milliseconds. */
export class CpuBudget {
  private debt = 0;
  private lastAt: number | undefined;
  private lastUsed = 0;

  /**
   * `at`: monotonic; `used`: of the whole process, ever; `percent` of one core. Returns for how long nothing should be
   * taken, 0 while the share is kept.
   */
  spend(at: number, used: number, percent: number): number {
    const elapsed = this.lastAt === undefined ? 0 : at - this.lastAt;
    const spent = this.lastAt === undefined ? 0 : used - this.lastUsed;
    this.lastAt = at;
    this.lastUsed = used;
    const share = percent / 100;
    this.debt = Math.min(mostDebtMs, Math.max(0, this.debt + spent - elapsed * share));
    return this.debt / share;
  }
}
