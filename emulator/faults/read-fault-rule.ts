/** JSON, or what a caller without types gives, to a fault rule. Throws what is wrong, what is allowed, and where. */
import { isObject, type Json } from "../sls/fields";
import { badReplies, cuts, services, type FaultError, type FaultRule } from "./fault-rule";
import { isPreset, presetNames } from "./presets";

type Check = (value: unknown) => string | undefined;

const shown = (value: unknown): string => JSON.stringify(value)?.slice(0, 80) ?? "nothing";
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

const text: Check = (value) => (typeof value === "string" && value !== "" ? undefined : "a text that is not empty");
const oneOf =
  (allowed: readonly string[]): Check =>
  (value) =>
    typeof value === "string" && allowed.includes(value) ? undefined : `one of ${allowed.join(", ")}`;
const number =
  (least: number, most: number, what: string): Check =>
  (value) =>
    isNumber(value) && value >= least && value <= most ? undefined : what;
const whole =
  (least: number): Check =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= least ? undefined : `a whole number from ${least}`;

const delay: Check = (value) => {
  const ends: unknown[] = Array.isArray(value) ? value : [value, value];
  const [least, most] = ends;
  const right = ends.length === 2 && isNumber(least) && isNumber(most) && least >= 0 && least <= most;
  return right ? undefined : "milliseconds from 0, or [least, most]";
};

const error: Check = (value) => {
  if (typeof value === "string" && isPreset(value)) return undefined;
  const own: Partial<FaultError> = isObject(value) ? value : {};
  const right =
    Number.isInteger(own.status) &&
    Number(own.status) >= 400 &&
    Number(own.status) <= 599 &&
    text(own.code) === undefined &&
    text(own.message) === undefined;
  return right
    ? undefined
    : `{"status": 400 to 599, "code": text, "message": text}, or one of ${presetNames.join(", ")}`;
};

const checks: Readonly<Record<keyof FaultRule, Check>> = {
  operation: text,
  project: text,
  logstore: text,
  method: text,
  service: oneOf(services),
  host: text,
  client: text,
  rate: number(0, 1, "a number from 0 to 1"),
  seed: whole(0),
  after: whole(0),
  times: whole(1),
  delayMs: delay,
  error,
  cut: oneOf(cuts),
  reset: (value) => (typeof value === "boolean" ? undefined : "true or false"),
  readBytesPerSecond: whole(1),
  replyBytesPerSecond: whole(1),
  clockOffsetMs: number(-1e12, 1e12, "a number of milliseconds"),
  badReply: oneOf(badReplies),
};

const effects = [
  "delayMs",
  "error",
  "cut",
  "readBytesPerSecond",
  "replyBytesPerSecond",
  "clockOffsetMs",
  "badReply",
] as const satisfies readonly (keyof FaultRule)[];

export function readFaultRule(value: unknown): FaultRule {
  if (!isObject(value)) throw new Error(`a fault rule must be an object, got ${shown(value)}`);
  const given = Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined && one !== null));
  for (const [name, one] of Object.entries(given)) {
    if (!Object.hasOwn(checks, name)) {
      throw new Error(`fault rule: ${name} is not known; it has ${Object.keys(checks).join(", ")}`);
    }
    const wanted = checks[name as keyof FaultRule](one);
    if (wanted !== undefined) throw new Error(`fault rule: ${name} must be ${wanted}, got ${shown(one)}`);
  }
  checkTogether(given);
  return given;
}

function checkTogether(rule: Json & FaultRule): void {
  const { cut, reset, error: answered, badReply } = rule;
  if (!effects.some((name) => rule[name] !== undefined)) {
    throw new Error(`fault rule: nothing goes wrong; give at least one of ${effects.join(", ")}`);
  }
  if (reset === true && cut === undefined) {
    throw new Error(`fault rule: reset says how a connection is cut; give cut (${cuts.join(", ")}) with it`);
  }
  if (cut !== undefined && cut !== "mid-reply" && (badReply !== undefined || answered !== undefined)) {
    throw new Error(
      `fault rule: with cut ${cut} no reply arrives; leave out ${badReply === undefined ? "error" : "badReply"}, or cut mid-reply`,
    );
  }
}
