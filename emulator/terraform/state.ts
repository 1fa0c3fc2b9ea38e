/** States: made from what a read found, and from the JSON of a former run. Pure. */
import { isPrimitive, isSetType, type AttributeType, type Block } from "./schema";
import { isList, isMap, isUnknown, isZero, sameValue, type Value, type ValueMap } from "./values";

function ofType(type: AttributeType, value: Value): Value {
  if (value === null) return null;
  if (type === "string") return typeof value === "string" ? value : JSON.stringify(value);
  if (type === "number") return Number(value);
  if (type === "bool") return value === true || value === "true";
  return value;
}

/** Nothing in a finished state is unknown; list and set blocks are there even when empty. */
function settled(value: Value | undefined): Value {
  if (value === undefined || isUnknown(value)) return null;
  if (isList(value)) return value.map(settled);
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, settled(member)]));
  return value;
}

/**
 * `found` over `reference` (the plan, or the state before). What means the same keeps the reference's spelling: order within a
 * set, and members of a block that were left out.
 */
export function stateOf(block: Block, reference: ValueMap, found: ValueMap): ValueMap {
  const state: Record<string, Value> = {};
  for (const [name, { type }] of Object.entries(block.attributes ?? {})) {
    const before = settled(reference[name]);
    const value = found[name];
    if (value === undefined) state[name] = before;
    else if (isPrimitive(type)) state[name] = ofType(type, value);
    else state[name] = sameValue(before, value, { sets: isSetType(type) }) ? before : value;
  }
  for (const [name, nested] of Object.entries(block.block_types ?? {})) {
    const single = nested.nesting_mode === "single";
    const former = reference[name];
    const before = isList(former)
      ? former.map((item) => (isMap(item) ? stateOf(nested.block, item, {}) : settled(item)))
      : (settled(former) ?? (single ? null : []));
    const value = found[name];
    const how = { sets: nested.nesting_mode === "set", sparse: true };
    if (value === undefined || single || sameValue(before, value, how)) state[name] = before;
    else state[name] = isList(value) ? value.map((item) => (isMap(item) ? stateOf(nested.block, {}, item) : item)) : [];
  }
  return state;
}

/** A state as it stands in a state file: whatever the schema has not is dropped, what it lacks is null. */
export function conform(block: Block, raw: ValueMap): ValueMap {
  const state: Record<string, Value> = {};
  for (const name of Object.keys(block.attributes ?? {})) state[name] = raw[name] ?? null;
  for (const [name, { nesting_mode, block: inner }] of Object.entries(block.block_types ?? {})) {
    const value = raw[name];
    if (nesting_mode === "single") state[name] = isMap(value) ? conform(inner, value) : null;
    else state[name] = isList(value) ? value.map((item) => (isMap(item) ? conform(inner, item) : item)) : [];
  }
  return state;
}

/** A resource of which nothing but the id is known. */
export const stateWithId = (block: Block, id: string): ValueMap => ({ ...conform(block, {}), id });

/** Names of deprecated arguments that a configuration gives. */
export const deprecatedIn = (block: Block, config: ValueMap): string[] =>
  Object.entries(block.attributes ?? {})
    .filter(([name, attribute]) => attribute.deprecated && !isZero(config[name]))
    .map(([name]) => name);
