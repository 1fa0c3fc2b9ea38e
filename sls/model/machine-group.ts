import { isIP } from "node:net";

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

/** A member of an `ip` group: the private address that the machine's agent reports. Returns what is wrong, or undefined. */
export function machineAddressProblem(address: string): string | undefined {
  if (isIP(address) !== 0) return undefined;
  return `machine address must be an IP address such as "192.168.0.10", got ${JSON.stringify(address)}`;
}
