/**
 * What a resource will be, from what it is and what is wanted. Pure. It does what the real provider's SDK does: defaults filled
 * in, computed values unknown until made, and an argument that was left out no change where the service says "", 0 or false.
 */
import { isPrimitive, isSetType, type Attribute, type Block, type NestedBlock } from "./schema";
import type { ResourceKind } from "./kind";
import { isList, isMap, isUnknown, isZero, sameValue, unknown, type Value, type ValueMap } from "./values";

export interface Plan {
  readonly planned: ValueMap;
  /** Arguments of which the change replaces the resource. */
  readonly requiresReplace: readonly string[];
}

/** `proposed` is Terraform's own merge of configuration and prior state. */
export function planResource(
  kind: ResourceKind,
  block: Block,
  prior: ValueMap | undefined,
  proposed: ValueMap,
  config: ValueMap,
): Plan {
  const planned = planBlock({ kind, path: "" }, block, prior, proposed, config);
  const requiresReplace =
    prior === undefined ? [] : kind.forceNew.filter((name) => differs(block, name, prior, planned));
  return { planned, requiresReplace };
}

interface Place {
  readonly kind: ResourceKind;
  /** `""`, or `field_search.` */
  readonly path: string;
  /** An element of a set, in which the SDK writes "", 0 and false for what was left out. */
  readonly inSet?: boolean;
}

const zeros: Readonly<Record<string, Value>> = { string: "", number: 0, bool: false };

function differs(block: Block, path: string, prior: ValueMap, planned: ValueMap): boolean {
  const [name = "", ...rest] = path.split(".");
  const nested = block.block_types?.[name];
  if (nested === undefined || rest.length === 0) {
    const type = block.attributes?.[name]?.type ?? "string";
    return !sameValue(prior[name], planned[name], { sets: isSetType(type), sparse: nested !== undefined });
  }
  const [before, after] = [prior[name], planned[name]].map((value) => (isList(value) ? value[0] : value));
  return differs(nested.block, rest.join("."), isMap(before) ? before : {}, isMap(after) ? after : {});
}

function planBlock(
  place: Place,
  block: Block,
  prior: ValueMap | undefined,
  proposed: ValueMap,
  config: ValueMap,
): ValueMap {
  const planned: Record<string, Value> = {};
  for (const [name, attribute] of Object.entries(block.attributes ?? {})) {
    planned[name] = planAttribute(place, name, attribute, prior, proposed, config);
  }
  for (const [name, nested] of Object.entries(block.block_types ?? {})) {
    planned[name] = planNested(place, name, nested, prior?.[name], proposed[name] ?? null, config[name]);
  }
  for (const [path, same] of Object.entries(place.kind.unchanged ?? {})) {
    const name = path.slice(place.path.length);
    if (!path.startsWith(place.path) || !(name in (block.attributes ?? {}))) continue;
    if (prior === undefined || isUnknown(planned[name])) continue;
    if (same(prior[name] ?? null, planned[name] ?? null, planned)) planned[name] = prior[name] ?? null;
  }
  return planned;
}

function planAttribute(
  { kind, path, inSet = false }: Place,
  name: string,
  attribute: Attribute,
  prior: ValueMap | undefined,
  proposed: ValueMap,
  config: ValueMap,
): Value {
  const value = proposed[name] ?? null;
  const before = prior?.[name] ?? null;
  if ((config[name] ?? null) === null) {
    const fallback = kind.defaults?.[path + name];
    if (fallback !== undefined) return fallback;
    if (attribute.computed) return value === null && prior === undefined ? unknown : value;
    if (value === null && inSet && isPrimitive(attribute.type)) return zeros[String(attribute.type)] ?? null;
    if (value === null && isZero(before)) return before;
  }
  const spell = kind.spelling?.[path + name];
  if (spell !== undefined && typeof value === "string") return spell(value);
  // Sets in another order, and the like: what is the same is said in the same words.
  const sameAsBefore = prior !== undefined && !isPrimitive(attribute.type);
  return sameAsBefore && sameValue(before, value, { sets: isSetType(attribute.type) }) ? before : value;
}

function planNested(
  { kind, path }: Place,
  name: string,
  nested: NestedBlock,
  prior: Value | undefined,
  proposed: Value,
  config: Value | undefined,
): Value {
  if (nested.nesting_mode === "single" || isUnknown(proposed)) return proposed;
  const before = isList(prior) ? prior : [];
  const wanted = isList(proposed) ? proposed : [];
  const written = isList(config) ? config : [];
  if (wanted.length === 0 && kind.computedBlocks?.includes(path + name)) return prior === undefined ? unknown : before;
  const isSet = nested.nesting_mode === "set";
  const place: Place = { kind, path: `${path}${name}.`, inSet: isSet };
  const planned = wanted.map((item, index) => {
    if (!isMap(item)) return item;
    // The elements of a set have no place, so Terraform's merge of them is the configuration itself.
    const [own, former] = isSet ? [item, undefined] : [written[index], before[index]];
    return planBlock(place, nested.block, isMap(former) ? former : undefined, item, isMap(own) ? own : item);
  });
  return sameValue(before, planned, { sets: isSet, sparse: true }) ? before : planned;
}
