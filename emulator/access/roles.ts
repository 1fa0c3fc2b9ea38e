import type { AccessState, RamRole } from "../store/access";

/** Names of roles are the same in any case. */
export function findRole(state: AccessState, name: string): RamRole | undefined {
  const lower = name.toLowerCase();
  return state.roles.get(name) ?? [...state.roles.values()].find((role) => role.name.toLowerCase() === lower);
}
