/** Names and texts of RAM. Source: RAM API reference, CreateRole and CreatePolicy. */

/** 1 to 64 letters, digits, `.` and `-`. Returns what is wrong, or undefined. */
export function roleNameProblem(name: string): string | undefined {
  if (/^[A-Za-z0-9.-]{1,64}$/.test(name)) return undefined;
  return `role name must be 1 to 64 letters, digits, "." and "-", got ${JSON.stringify(name)} (${name.length} characters)`;
}

/** 1 to 128 letters, digits and `-`. Returns what is wrong, or undefined. */
export function policyNameProblem(name: string): string | undefined {
  if (/^[A-Za-z0-9-]{1,128}$/.test(name)) return undefined;
  return `policy name must be 1 to 128 letters, digits and "-", got ${JSON.stringify(name)} (${name.length} characters)`;
}
