/** Asks a local cloud that another process runs. */
import { request } from "node:http";
import { downPath, faultsPath, machinesPath, requestsPath, type LocalStatus } from "./admin";
import type { FaultRule } from "./faults/fault-rule";
import type { FaultState } from "./faults/faults";
import type { MachineReport } from "./read-machine";
import type { RequestLogEntry } from "./request-log";
import type { Machine } from "./store/machine";

export type Jsoned<T> = { readonly [K in keyof T]: T[K] extends Date ? string : T[K] };

const patienceMs = 2000;

/** Throws what the local cloud refuses, in its own words. */
export function askAdmin(url: string, path: string, method = "GET", json?: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const headers = json === undefined ? {} : { "content-type": "application/json" };
    // An agent of its own: the connection must not keep a short command alive.
    const asked = request(`${url}${path}`, { method, headers, agent: false, timeout: patienceMs }, (reply) => {
      let text = "";
      reply.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      reply.on("error", reject);
      reply.on("end", () => {
        try {
          const value: unknown = JSON.parse(text);
          if (reply.statusCode === 200) resolve(value);
          else reject(new Error((value as { error?: string }).error ?? `status ${reply.statusCode}`));
        } catch (error) {
          reject(error as Error);
        }
      });
    });
    asked.on("timeout", () => asked.destroy(new Error("no reply")));
    asked.on("error", reject);
    asked.end(json === undefined ? undefined : JSON.stringify(json));
  });
}

/** The requests, from the one after `number`. */
export async function requestsOf({ url }: LocalStatus, number: number): Promise<Jsoned<RequestLogEntry>[]> {
  return (await askAdmin(url, `${requestsPath}?after=${number}`)) as Jsoned<RequestLogEntry>[];
}

export async function faultsOf({ url }: LocalStatus): Promise<FaultState[]> {
  return (await askAdmin(url, faultsPath)) as FaultState[];
}

export async function addFault({ url }: LocalStatus, rule: FaultRule): Promise<FaultState> {
  return (await askAdmin(url, faultsPath, "POST", rule)) as FaultState;
}

export async function removeFault({ url }: LocalStatus, id: string): Promise<void> {
  await askAdmin(url, `${faultsPath}/${encodeURIComponent(id)}`, "DELETE");
}

export async function clearFaults({ url }: LocalStatus): Promise<void> {
  await askAdmin(url, faultsPath, "DELETE");
}

/** A machine's heartbeat: ListMachines shows it in the groups of its ip and of its user-defined ids. */
export async function reportMachine({ url }: Pick<LocalStatus, "url">, machine: MachineReport): Promise<Machine> {
  return (await askAdmin(url, machinesPath, "POST", machine)) as Machine;
}

/** Closes its port for so many milliseconds. */
export async function takeDown({ url }: LocalStatus, ms: number): Promise<void> {
  await askAdmin(url, downPath, "POST", { ms });
}
