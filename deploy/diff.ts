/** One Logtail config against another, field by field. */
import { formOf, type AnyConfigBody, type FoundAnyConfig } from "../sls/model/config-form";
import { fieldsOf, isEmpty, mayBeFilledIn, sameValue, serverFields } from "./canonical";

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

export function diffConfig(wanted: AnyConfigBody, found: FoundAnyConfig | undefined): ConfigDiff {
  const before = found === undefined ? new Map<string, unknown>() : fieldsOf(found);
  const after = fieldsOf(wanted);
  const sameForm = found === undefined || formOf(found) === formOf(wanted);
  for (const field of serverFields) before.delete(field);
  const fields: FieldChange[] = [];
  const filled: string[] = [];
  for (const field of new Set([...after.keys(), ...before.keys()])) {
    const [was, is] = [before.get(field), after.get(field)];
    if (sameValue(was, is)) continue;
    if (is === undefined && sameForm && mayBeFilledIn(wanted, field, was)) filled.push(field);
    // Wanted by its default, and left out by the service.
    else if (was === undefined && found !== undefined && isEmpty(is)) continue;
    else fields.push({ field, before: was, after: is });
  }
  return { fields, filled };
}
