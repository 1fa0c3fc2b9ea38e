/** The machines of a group, as ListMachines tells of them. An agent's heartbeat is no public API: here it is an admin call. */
import type { MachineGroupBody } from "../../sls/model/machine-group";
import type { Machine } from "../store/machine";

/** In the service's spelling. */
interface ListedMachine {
  readonly ip: string;
  readonly "machine-uniqueid": string;
  readonly "userdefined-id": string;
  /** Unix seconds; 0: never. */
  readonly lastHeartbeatTime: number;
  readonly "host-id"?: string;
  readonly version?: string;
}

function listed(machine: Machine, userDefinedId: string): ListedMachine {
  const { ip, uniqueId, lastHeartbeatTime, hostId, version } = machine;
  return {
    ip,
    "machine-uniqueid": uniqueId,
    "userdefined-id": userDefinedId,
    lastHeartbeatTime,
    ...(hostId === undefined ? {} : { "host-id": hostId }),
    ...(version === undefined ? {} : { version }),
  };
}

/** Every address of an `ip` group, heard of or not; of a `userdefined` one those machines that have reported an id of it. */
export function machinesOf(group: MachineGroupBody, known: ReadonlyMap<string, Machine>): readonly ListedMachine[] {
  const { machineIdentifyType, machineList } = group;
  if (machineIdentifyType === "ip") {
    return machineList.map((ip) => {
      const machine = known.get(ip) ?? { ip, uniqueId: "", userDefinedIds: [], lastHeartbeatTime: 0 };
      return listed(machine, machine.userDefinedIds[0] ?? "");
    });
  }
  return [...known.values()].flatMap((machine) => {
    const id = machine.userDefinedIds.find((one) => machineList.includes(one));
    return id === undefined ? [] : [listed(machine, id)];
  });
}
