/**
 * A Logtail config's filters and masks, applied to the logs of its lines. Source: SLS, "Data filtering plug-ins": a filter is a list of
 * what is let in, each regular expression must match its field as a whole, all must; iLogtail's LogFilter: a log without the
 * field is not let in; a mask is looked for anywhere in its field, by RE2's rules, and the MD5 is in capitals.
 */
import { createHash } from "node:crypto";
import { searchRegex, wholeRegex } from "../../../parsers";
import type { LogContent } from "../../../sls/model/log";
import { maskPattern, type LogtailRules, type MaskRule } from "../../config/logtail-rules";
import { BoundedRegex } from "./bounded-regex";
import { bytesOfText, textOfBytes } from "./text";

const rawField = "__raw__";
/** In place of what cannot be searched. */
const hidden = "***";

export class LogRules {
  private readonly filters: readonly { readonly key: string; readonly regex: BoundedRegex }[];
  private readonly masks: readonly Mask[];
  private readonly raw: boolean;

  /** `onGivenUp`: a regular expression took too long for a line, which is let in then; of a mask, its field is hidden. */
  constructor(
    { filters = [], masks = [], raw = false }: LogtailRules,
    private readonly onGivenUp: () => void,
  ) {
    this.filters = filters.map(({ key, regex }) => ({ key, regex: new BoundedRegex(() => wholeRegex(regex)) }));
    this.masks = masks.map((rule) => new Mask(rule, onGivenUp));
    this.raw = raw;
  }

  /** The contents to store of a log that was made of `line`; undefined when it is not to be collected. */
  apply(contents: readonly LogContent[], line: Buffer): readonly LogContent[] | undefined {
    if (!this.filters.every(({ key, regex }) => this.letsIn(regex, contents, key))) return undefined;
    const all: readonly LogContent[] = this.raw ? [...contents, [rawField, line]] : contents;
    if (this.masks.length === 0) return all;
    return all.map(([key, value]) => [key, this.mask(value, key === rawField ? undefined : key)]);
  }

  /** Of a line that is stored whole, for it fits no format: nobody can tell its fields, so every mask is for all of it. */
  applyWhole(contents: readonly LogContent[]): readonly LogContent[] {
    return this.masks.length === 0 ? contents : contents.map(([key, value]) => [key, this.mask(value, undefined)]);
  }

  private letsIn(regex: BoundedRegex, contents: readonly LogContent[], key: string): boolean {
    const found = contents.find(([name]) => name === key);
    if (found === undefined) return false;
    const matches = regex.test(textOf(found[1]));
    if (matches === undefined) this.onGivenUp();
    return matches !== false;
  }

  private mask(value: LogContent[1], key: string | undefined): LogContent[1] {
    const masks = this.masks.filter((mask) => key === undefined || mask.key === key);
    if (masks.length === 0) return value;
    const text = textOf(value);
    const masked = masks.reduce((before, mask) => mask.apply(before), text);
    return masked === text ? value : bytesOfText(masked);
  }
}

class Mask {
  readonly key: string;
  private readonly regex: BoundedRegex | undefined;

  constructor(
    private readonly rule: MaskRule,
    private readonly onGivenUp: () => void,
  ) {
    const { before, content, all } = rule;
    this.key = rule.key;
    if (content !== undefined) {
      this.regex = new BoundedRegex(() => searchRegex(maskPattern({ before, content }), all ? "g" : ""));
    }
  }

  /** A mask that cannot be looked for hides all. */
  apply(text: string): string {
    if (this.regex === undefined) return hidden;
    // An empty match right behind another one is none: as RE2 has it.
    let end = -1;
    const masked = this.regex.replace(text, (match, ...rest) => {
      // Undefined where an alternative of the secret matched that begins the whole pattern anew: `before` is not part of it.
      const prefix = (rest[0] as string | undefined) ?? "";
      const at = rest.find((each): each is number => typeof each === "number") as number;
      if (match === "" && at === end) return "";
      end = at + match.length;
      return prefix + this.inPlaceOf(match.slice(prefix.length));
    });
    if (masked === undefined) this.onGivenUp();
    return masked ?? hidden;
  }

  private inPlaceOf(secret: string): string {
    const { type, replacement } = this.rule;
    if (type === "const") return replacement;
    return createHash("md5").update(bytesOfText(secret)).digest("hex").toUpperCase();
  }
}

const textOf = (value: LogContent[1]): string => (typeof value === "string" ? value : textOfBytes(value));
