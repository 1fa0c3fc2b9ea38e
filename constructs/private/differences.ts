export interface Difference {
  /** `inputDetail.tag` */
  readonly field: string;
  readonly expected: unknown;
  /** undefined where it is not there. */
  readonly found: unknown;
}

/** Where a value is not as expected. Of objects only the expected members count; lists must be equal. */
export function differences(expected: unknown, found: unknown, field = ""): Difference[] {
  if (isObject(expected) && isObject(found)) {
    return Object.entries(expected).flatMap(([key, value]) =>
      differences(value, found[key], field === "" ? key : `${field}.${key}`),
    );
  }
  if (Array.isArray(expected) && Array.isArray(found) && expected.length === found.length) {
    return expected.flatMap((value, i) => differences(value, found[i], `${field}[${i}]`));
  }
  return Object.is(expected, found) ? [] : [{ field, expected, found }];
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
