/** Cuts the logs of a segment into words, on their bytes: a text is only made of what is not ASCII. */
import type { IndexBody, IndexKey } from "../../../sls/model/log-index";
import { ProtobufCursor, readPair, walkLogGroup } from "../../store/log-group-bytes";
import { alwaysIndexed, inLine, isNumeric, jsonField, jsonOf, jsonText, numberIn, valueAt } from "../fields";
import { separator, TextRule } from "../text-rule";
import type { SegmentIndex } from "./segment-index";
import { hash1, hash2, hashOf, hashStart1, hashStart2, scoped1, scoped2, type Hash } from "./term-hash";

/** Words of the full text lie in this scope, … */
export const lineScope = "\0line";
/** … and names of fields that a log has in this one. */
export const existsScope = "\0exists";

/** One cutting of a value, and the scopes that its words go to. */
interface Pass {
  readonly rule: TextRule;
  readonly scopes: Scope[];
}

interface Scope {
  readonly number: number;
  readonly hash: Hash;
}

interface KeyPlan {
  readonly nameBytes: Uint8Array;
  readonly passes: Pass[];
  /** Number of the word that says that the field is there; -1 for a key that the index does not name. */
  readonly exists: number;
  readonly column: string | undefined;
  readonly json: { readonly name: string; readonly key: IndexKey } | undefined;
}

const asIs = Int16Array.from({ length: 256 }, (_, byte) => byte);
/** No log has this number. */
const groupMark = 0x8000_0000;

export class IndexBuilder {
  private readonly plans = new Map<string, KeyPlan>();
  /** Logs of one kind have their keys in one order: what the last log had at this place. */
  private readonly lastPlans: KeyPlan[] = [];
  private readonly line: TextRule | undefined;
  /** Words of the group that is being added. */
  private groupWords: number[] | undefined;

  constructor(
    private readonly body: IndexBody,
    private readonly index: SegmentIndex,
  ) {
    this.line = body.line && new TextRule(body.line);
  }

  /** `start`: where the group's bytes begin in the segment's file. */
  add(bytes: Uint8Array, start: number): void {
    const { index } = this;
    const places: number[] = [];
    const meta = walkLogGroup(bytes, (from, to) => places.push(from, to));
    index.addGroup(meta);
    const shared: [string, string][] = [
      ["__topic__", meta.topic],
      ["__source__", meta.source],
      ...meta.tags.map(([key, value]): [string, string] => [`__tag__:${key}`, value]),
    ];
    const words: number[] = [];
    this.groupWords = words;
    for (const [key, text] of shared) {
      const value = Buffer.from(text);
      this.value(this.planOf(key), value, 0, value.length, groupMark);
    }
    this.groupWords = undefined;
    const log = new ProtobufCursor(bytes);
    const pair = new ProtobufCursor(bytes);
    for (let i = 0; i < places.length; i += 2) {
      this.addLog(log, pair, places[i] as number, places[i + 1] as number, start, words, shared);
    }
  }

  /** A group that can't be read, so that the numbers of the others stay right. */
  addNothing(): void {
    this.index.addGroup({ topic: "", source: "", tags: [] });
  }

  private addLog(
    log: ProtobufCursor,
    pair: ProtobufCursor,
    from: number,
    to: number,
    start: number,
    groupWords: readonly number[],
    shared: readonly (readonly [string, string])[],
  ): void {
    const { index } = this;
    log.at = from;
    log.end = to;
    let time = 0;
    let nanos = 0;
    while (log.next()) {
      if (log.number === 1) time = log.value;
      else if (log.number === 4) nanos = log.value;
    }
    const number = index.addLog(time, nanos, start + from, to - from);
    for (const word of groupWords) index.addWord(word, number);
    for (const [key, text] of shared) {
      const { column } = this.planOf(key);
      if (column !== undefined) index.addNumber(column, number, numberIn(text));
    }
    log.at = from;
    for (let place = 0; log.next();) {
      if (log.number !== 2) continue;
      const { keyFrom, keyTo, valueFrom, valueTo } = readPair(pair, log.from, log.to, "Log.Content");
      let plan = this.lastPlans[place];
      if (plan === undefined || !isAt(plan.nameBytes, log.bytes, keyFrom, keyTo)) {
        plan = this.planOf(textAt(log.bytes, keyFrom, keyTo));
        this.lastPlans[place] = plan;
      }
      place++;
      this.value(plan, log.bytes, valueFrom, valueTo, number);
    }
  }

  private value(plan: KeyPlan, bytes: Uint8Array, from: number, to: number, log: number): void {
    for (const pass of plan.passes) this.words(pass, bytes, from, to, log);
    if (plan.exists >= 0) this.emit(plan.exists, log);
    if (plan.column !== undefined && log !== groupMark) {
      this.index.addNumber(plan.column, log, numberIn(textAt(bytes, from, to)));
    }
    if (plan.json !== undefined) this.json(plan.json.name, plan.json.key, textAt(bytes, from, to), log);
  }

  private words(pass: Pass, bytes: Uint8Array, from: number, to: number, log: number): void {
    const fold = pass.rule.bytes;
    let one = hashStart1;
    let two = hashStart2;
    let start = -1;
    for (let i = from; i < to; i++) {
      const byte = fold[bytes[i] as number] as number;
      if (byte >= 0) {
        if (start < 0) start = i;
        one = hash1(one, byte);
        two = hash2(two, byte);
      } else if (byte === separator) {
        if (start < 0) continue;
        this.word(pass, one, two, bytes, start, i, fold, log);
        one = hashStart1;
        two = hashStart2;
        start = -1;
      } else {
        for (const word of pass.rule.words(textAt(bytes, from, to))) this.textWord(pass, word, log);
        return;
      }
    }
    if (start >= 0) this.word(pass, one, two, bytes, start, to, fold, log);
  }

  private textWord(pass: Pass, word: string, log: number): void {
    const bytes = Buffer.from(word);
    const { one, two } = hashOf(bytes);
    this.word(pass, one, two, bytes, 0, bytes.length, asIs, log);
  }

  private word(
    pass: Pass,
    one: number,
    two: number,
    bytes: Uint8Array,
    from: number,
    to: number,
    fold: Int16Array,
    log: number,
  ): void {
    const { terms } = this.index;
    for (const { number, hash } of pass.scopes) {
      const a = scoped1(one, hash.one);
      const b = scoped2(two, hash.two);
      let term = terms.find(a, b);
      if (term < 0) term = terms.add(a, b, number, bytes, from, to, fold);
      this.emit(term, log);
    }
  }

  private emit(term: number, log: number): void {
    if (this.groupWords === undefined) this.index.addWord(term, log);
    else if (!this.groupWords.includes(term)) this.groupWords.push(term);
  }

  private json(name: string, key: IndexKey, text: string, log: number): void {
    const value = jsonOf(text);
    if (typeof value !== "object" || value === null) return;
    const paths = new Set(Object.keys(key.json_keys ?? {}));
    if (key.index_all) addPaths(value, "", depthOf(key), paths);
    for (const path of paths) {
      const found = jsonText(valueAt(value, path.split(".")));
      if (found === undefined) continue;
      const bytes = Buffer.from(found);
      this.value(this.jsonPlan(name, key, path), bytes, 0, bytes.length, log);
    }
  }

  private jsonPlan(name: string, key: IndexKey, path: string): KeyPlan {
    const field = jsonField(name, key, path);
    // Two zero bytes: no key of a log is named so.
    const known = this.plans.get(`\0\0${field.scope}`);
    if (known !== undefined) return known;
    const made: KeyPlan = {
      nameBytes: Buffer.from(field.scope),
      passes: isNumeric(field) ? [] : [{ rule: field.rule, scopes: [this.scope(field.scope)] }],
      exists: this.existsWord(field.scope),
      column: isNumeric(field) ? field.scope : undefined,
      json: undefined,
    };
    this.plans.set(`\0\0${field.scope}`, made);
    return made;
  }

  private planOf(name: string): KeyPlan {
    const known = this.plans.get(name);
    if (known !== undefined) return known;
    const { body, line } = this;
    const passes: Pass[] = [];
    const addPass = (rule: TextRule, scope: string): void => {
      const same = passes.find((pass) => pass.rule.id === rule.id);
      if (same) same.scopes.push(this.scope(scope));
      else passes.push({ rule, scopes: [this.scope(scope)] });
    };
    if (line && body.line && inLine(name, body.line)) addPass(line, lineScope);
    const key = body.keys && Object.hasOwn(body.keys, name) ? body.keys[name] : undefined;
    const named = key !== undefined || alwaysIndexed(name);
    if (named && !(key && isNumeric(key))) addPass(new TextRule(key ?? body.line ?? {}), name);
    const made: KeyPlan = {
      nameBytes: Buffer.from(name),
      passes,
      exists: named ? this.existsWord(name) : -1,
      column: key && isNumeric(key) ? name : undefined,
      json: key?.type === "json" ? { name, key } : undefined,
    };
    // Keys that no index names may be without number: not worth a place each.
    if (this.plans.size < 10_000) this.plans.set(name, made);
    return made;
  }

  private scope(name: string): Scope {
    return { number: this.index.terms.scope(name), hash: hashOf(Buffer.from(name)) };
  }

  private existsWord(name: string): number {
    const { terms } = this.index;
    const { number, hash } = this.scope(existsScope);
    const bytes = Buffer.from(name);
    const word = hashOf(bytes);
    const [a, b] = [scoped1(word.one, hash.one), scoped2(word.two, hash.two)];
    const term = terms.find(a, b);
    return term >= 0 ? term : terms.add(a, b, number, bytes, 0, bytes.length, asIs);
  }
}

const textAt = (bytes: Uint8Array, from: number, to: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("utf8");

function isAt(name: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (name.length !== to - from) return false;
  for (let i = 0; i < name.length; i++) if (name[i] !== bytes[from + i]) return false;
  return true;
}

/** -1 and what is not given: as deep as it goes. */
const depthOf = (key: IndexKey): number => {
  const depth = (key as { max_depth?: unknown }).max_depth;
  return typeof depth === "number" && depth >= 0 ? depth : 32;
};

/** Of one value. */
const mostPaths = 1000;

function addPaths(value: object, before: string, depth: number, paths: Set<string>): void {
  if (depth <= 0) return;
  for (const [name, inner] of Object.entries(value)) {
    if (paths.size >= mostPaths) return;
    const path = before === "" ? name : `${before}.${name}`;
    paths.add(path);
    if (typeof inner === "object" && inner !== null) addPaths(inner as object, path, depth - 1, paths);
  }
}
