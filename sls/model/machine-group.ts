/** Body of CreateMachineGroup and reply of GetMachineGroup, in the service's spelling. */
export interface MachineGroupBody {
  groupName: string;
  groupType: "" | "Armory";
  machineIdentifyType: "ip" | "userdefined";
  groupAttribute: { groupTopic?: string; externalName?: string };
  /** Addresses, or user-defined ids: what `machineIdentifyType` says. */
  machineList: readonly string[];
}

/** What a machine says in `/etc/ilogtail/user_defined_id`: one id a line, no blanks within. Returns what is wrong, or undefined. */
export function userDefinedIdProblem(id: string): string | undefined {
  if (/^[^\s,]{1,128}$/.test(id)) return undefined;
  return `user-defined id must be 1 to 128 characters without spaces, commas or line ends, got ${JSON.stringify(id)}`;
}
