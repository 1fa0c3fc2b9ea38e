/** One Logtail config against another, field by field. */
import type { FoundLogtailConfig, LogtailConfigBody } from "../sls/model/logtail-config";
import { flatten, isEmpty, isFilledIn, sameValue, serverFields } from "./canonical";

/** One difference; `before` or `after` is undefined where the field is not there. */
export interface FieldChange {
  /** `inputDetail.tag` */
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface ConfigDiff {
  readonly fields: readonly FieldChange[];
  /** Fields that the service filled in with its defaults: told, not counted. */
  readonly filled: readonly string[];
}

export function diffConfig(wanted: LogtailConfigBody, found: FoundLogtailConfig | undefined): ConfigDiff {
  const before = flatten(found ?? {});
  const after = flatten(wanted);
  for (const field of serverFields) before.delete(field);
  const fields: FieldChange[] = [];
  const filled: string[] = [];
  for (const field of new Set([...after.keys(), ...before.keys()])) {
    const [was, is] = [before.get(field), after.get(field)];
    if (sameValue(was, is)) continue;
    if (is === undefined && isFilledIn(field, was, wanted.inputType)) filled.push(field);
    // Wanted by its default, and left out by the service.
    else if (was === undefined && found !== undefined && isEmpty(is)) continue;
    else fields.push({ field, before: was, after: is });
  }
  return { fields, filled };
}
