/** A machine's heartbeat, as the admin call takes it. */
import { isIP } from "node:net";
import { isObject } from "./sls/fields";
import type { Machine } from "./store/machine";

export interface MachineReport {
  readonly ip: string;
  /** @default "" */
  readonly uniqueId?: string;
  /** @default none */
  readonly userDefinedIds?: readonly string[];
  /** Unix seconds. @default now */
  readonly lastHeartbeatTime?: number;
  readonly hostId?: string;
  readonly version?: string;
}

const members = ["ip", "uniqueId", "userDefinedIds", "lastHeartbeatTime", "hostId", "version"];

/** Throws what is wrong with it, for the person who sent it. */
export function readMachine(given: unknown, now: Date): Machine {
  if (!isObject(given)) throw new Error('a machine must be an object such as {"ip": "192.168.0.10"}');
  const unknown = Object.keys(given).find((name) => !members.includes(name));
  if (unknown !== undefined) throw new Error(`a machine has no ${unknown}; it has ${members.join(", ")}`);
  const { ip, userDefinedIds = [], lastHeartbeatTime = Math.floor(now.getTime() / 1000) } = given;
  if (typeof ip !== "string" || isIP(ip) === 0) {
    throw new Error(`ip must be an address such as "192.168.0.10", got ${JSON.stringify(ip)}`);
  }
  if (!Array.isArray(userDefinedIds) || !userDefinedIds.every((id) => typeof id === "string")) {
    throw new Error(`userDefinedIds must be a list of texts, got ${JSON.stringify(userDefinedIds)}`);
  }
  if (typeof lastHeartbeatTime !== "number" || !Number.isInteger(lastHeartbeatTime) || lastHeartbeatTime < 0) {
    throw new Error(`lastHeartbeatTime must be unix seconds, got ${JSON.stringify(lastHeartbeatTime)}`);
  }
  const [uniqueId, hostId, version] = ["uniqueId", "hostId", "version"].map((name) => text(given, name));
  return {
    ip,
    uniqueId: uniqueId ?? "",
    userDefinedIds,
    lastHeartbeatTime,
    ...(hostId === undefined ? {} : { hostId }),
    ...(version === undefined ? {} : { version }),
  };
}

function text(given: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = given[name];
  if (value === undefined || typeof value === "string") return value;
  throw new Error(`${name} must be a text, got ${JSON.stringify(value)}`);
}
