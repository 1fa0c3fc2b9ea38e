/** What a case found, on its way to the table at the end. */
import { TestRunner } from "vitest";

export interface Outcome {
  readonly in: number;
  readonly stored: number;
  readonly lost: number;
  readonly doubled: number;
}

/** One case; a test may have several. */
export interface Row extends Outcome {
  readonly case: string;
  /** Since the case before it, or the begin of its test. */
  readonly seconds: number;
}

declare module "vitest" {
  interface TaskMeta {
    faults?: Row[];
    faultsAt?: number;
  }
}

/** Called within a test: puts what a case found into the table. */
export function report(name: string, outcome: Outcome): void {
  const test = TestRunner.getCurrentTest();
  if (test === undefined) throw new Error("report() is called within a test");
  const { meta } = test;
  const begun = meta.faultsAt ?? test.result?.startTime ?? Date.now();
  meta.faultsAt = Date.now();
  (meta.faults ??= []).push({ case: name, ...outcome, seconds: Math.round((meta.faultsAt - begun) / 100) / 10 });
}
