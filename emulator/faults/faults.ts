/** The fault rules in force, and what they do to a request. */
import { createHash } from "node:crypto";
import type { Target } from "../gateway/hosts";
import type { BadReply, Cut, FaultError, FaultMatch, FaultRule } from "./fault-rule";
import { presetError } from "./presets";
import { readFaultRule } from "./read-fault-rule";

/** What is known of a request when a fault is chosen for it. */
export interface FaultFacts {
  readonly service: Target["service"];
  readonly method: string;
  readonly host: string;
  /** `-` when none matched. */
  readonly operation: string;
  readonly project?: string;
  readonly logstore?: string;
  readonly client?: string;
}

/** What goes wrong with one request. */
export interface Effects {
  /** `f1 cut before-reply; f2 delay 20 ms`: for the request log. */
  readonly told: string;
  readonly delayMs: number;
  readonly clockOffsetMs: number;
  readonly error?: FaultError;
  readonly cut?: Cut;
  readonly reset: boolean;
  readonly readBytesPerSecond?: number;
  readonly replyBytesPerSecond?: number;
  readonly badReply?: BadReply;
}

/** A rule in force, as others see it. */
export interface FaultState {
  readonly id: string;
  readonly rule: FaultRule;
  /** Requests that matched. */
  readonly seen: number;
  /** Of them, those that it made fail. */
  readonly hits: number;
}

export interface FaultHandle extends FaultState {
  /** Takes the rule out of force; its counts stay. */
  remove(): void;
}

interface Active {
  readonly id: string;
  readonly rule: FaultRule;
  readonly matches: (facts: FaultFacts) => boolean;
  seen: number;
  hits: number;
}

/** Far more than a test needs, and little enough to be walked through at every request. */
const maxRules = 1000;

export class Faults {
  private active: Active[] = [];
  private made = 0;

  /** Throws when the rule is none; see readFaultRule. The rules before it go first: of two that say the same, the older one holds. */
  add(wanted: FaultRule): FaultHandle {
    const rule = readFaultRule(wanted);
    if (this.active.length >= maxRules) throw new Error(`at most ${maxRules} fault rules; remove or clear some`);
    const one: Active = { id: `f${++this.made}`, rule, matches: matcherOf(rule), seen: 0, hits: 0 };
    this.active.push(one);
    return {
      id: one.id,
      rule,
      get seen() {
        return one.seen;
      },
      get hits() {
        return one.hits;
      },
      remove: () => void this.remove(one.id),
    };
  }

  /** Whether there was one. */
  remove(id: string): boolean {
    const before = this.active.length;
    this.active = this.active.filter((one) => one.id !== id);
    return this.active.length < before;
  }

  clear(): void {
    this.active = [];
  }

  list(): FaultState[] {
    return this.active.map(({ id, rule, seen, hits }) => ({ id, rule, seen, hits }));
  }

  /** Whether any rule is in force: without one nothing needs to be known of a request. */
  get any(): boolean {
    return this.active.length > 0;
  }

  /** Counts the request, and says what goes wrong with it; undefined: nothing. */
  on(facts: FaultFacts): Effects | undefined {
    const firing = this.active.filter((one) => one.matches(facts) && fires(one));
    return firing.length === 0 ? undefined : effectsOf(firing);
  }
}

/** 0 to 1, the same for the same seed and number. */
function drawn(seed: number, number: number, what: string): number {
  const hash = createHash("sha256").update(`${seed}/${number}/${what}`).digest();
  return hash.readUIntBE(0, 6) / 2 ** 48;
}

function fires(one: Active): boolean {
  const { rate = 1, seed = 1, after = 0, times = Infinity } = one.rule;
  const number = one.seen++;
  if (number < after || one.hits >= times || drawn(seed, number, "rate") >= rate) return false;
  one.hits++;
  return true;
}

function effectsOf(firing: readonly Active[]): Effects {
  const first = <K extends keyof FaultRule>(name: K): FaultRule[K] =>
    firing.find(({ rule }) => rule[name] !== undefined)?.rule[name];
  const delays = firing.map(delayOf);
  const error = first("error");
  const cutting = firing.find(({ rule }) => rule.cut !== undefined)?.rule;
  const effects = {
    error: typeof error === "string" ? presetError(error) : error,
    cut: cutting?.cut,
    readBytesPerSecond: first("readBytesPerSecond"),
    replyBytesPerSecond: first("replyBytesPerSecond"),
    badReply: first("badReply"),
  };
  return {
    told: firing.map((one, i) => `${one.id} ${tell(one.rule, delays[i] ?? 0)}`).join("; "),
    delayMs: Math.max(...delays),
    clockOffsetMs: first("clockOffsetMs") ?? 0,
    reset: cutting?.reset === true,
    ...(Object.fromEntries(Object.entries(effects).filter(([, value]) => value !== undefined)) as Partial<Effects>),
  };
}

function delayOf({ rule: { delayMs = 0, seed = 1 }, hits }: Active): number {
  if (typeof delayMs === "number") return delayMs;
  const [least, most] = delayMs;
  return Math.round(least + (most - least) * drawn(seed, hits, "delay"));
}

function tell(rule: FaultRule, delayMs: number): string {
  const { error, cut, reset, badReply, readBytesPerSecond, replyBytesPerSecond, clockOffsetMs } = rule;
  return [
    rule.delayMs === undefined ? "" : `delay ${delayMs} ms`,
    error === undefined ? "" : `error ${typeof error === "string" ? error : error.code}`,
    cut === undefined ? "" : `${reset ? "reset" : "cut"} ${cut}`,
    badReply === undefined ? "" : `reply ${badReply}`,
    readBytesPerSecond === undefined ? "" : `read at ${readBytesPerSecond} B/s`,
    replyBytesPerSecond === undefined ? "" : `reply at ${replyBytesPerSecond} B/s`,
    clockOffsetMs === undefined ? "" : `clock ${clockOffsetMs > 0 ? "+" : ""}${clockOffsetMs} ms`,
  ]
    .filter((part) => part !== "")
    .join(", ");
}

/** `*` and `?`; upper and lower case are the same. */
function glob(pattern: string): (value: string) => boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replaceAll("?", ".");
  const regex = new RegExp(`^${source}$`, "is");
  return (value) => regex.test(value);
}

function matcherOf(rule: FaultMatch): (facts: FaultFacts) => boolean {
  const names = ["operation", "project", "logstore", "method", "service", "host", "client"] as const;
  const tests = names.flatMap((name) => {
    const pattern = rule[name];
    return pattern === undefined ? [] : [{ name, matches: glob(pattern) }];
  });
  return (facts) => tests.every(({ name, matches }) => matches(facts[name] ?? ""));
}
