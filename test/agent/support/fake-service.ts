import type { AgentService } from "../../../agent/service";
import type { LogSink } from "../../../agent/sender/sink";
import { decodeLogGroup } from "../../../sls/wire";
import { SlsError, type FoundLogtailConfig, type LogGroup, type MachineGroupBody } from "../../../sls/model";

export interface Put {
  readonly project: string;
  readonly logstore: string;
  readonly group: LogGroup;
  readonly hashKey?: string | undefined;
}

/** What a try is answered with: an error, or nothing for success. */
export type Answer = (put: Put) => SlsError | undefined | Promise<SlsError | undefined>;

/** PutLogs in memory. */
export class FakeSink implements LogSink {
  readonly tries: Put[] = [];
  readonly stored: Put[] = [];
  answer: Answer = () => undefined;
  serverTime: Date | undefined;

  async putLogs(
    project: string,
    logstore: string,
    encoded: Uint8Array,
    options: { signal: AbortSignal; hashKey?: string | undefined },
  ): Promise<{ requestId: string; serverTime?: Date; bytes: number }> {
    // A copy: the memory of the encoded group is used again.
    const group = decodeLogGroup(Buffer.from(encoded));
    const put = { project, logstore, group, hashKey: options.hashKey };
    this.tries.push(put);
    const error = await Promise.race([this.answer(put), aborted(options.signal)]);
    if (error) throw error;
    this.stored.push(put);
    return {
      requestId: `R${this.stored.length}`,
      bytes: 1,
      ...(this.serverTime ? { serverTime: this.serverTime } : {}),
    };
  }

  /** One field of every stored log, in the order in which they were stored. */
  values(key: string): string[] {
    return this.stored.flatMap(({ group }) =>
      group.logs.flatMap((log) => log.contents.filter(([k]) => k === key).map(([, v]) => Buffer.from(v).toString())),
    );
  }
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(new SlsError("RequestError", "aborted"))));

export const unreachable = new SlsError("RequestError", "could not reach the service: ECONNREFUSED");

/** Log Service in memory: machine groups, configs, PutLogs. */
export class FakeService implements AgentService {
  readonly sinkMade = new FakeSink();
  readonly groups = new Map<string, MachineGroupBody & { configs: string[] }>();
  readonly logtailConfigs = new Map<string, FoundLogtailConfig>();
  /** When set, every control-plane call fails with it. */
  down: SlsError | undefined;
  calls = 0;

  readonly connect = (): { configs: FakeService["configs"]; sink: LogSink } => ({
    configs: this.configs,
    sink: this.sinkMade,
  });
  readonly serverTimeOf = (error: SlsError): Date | undefined =>
    error.cause instanceof Date ? error.cause : undefined;
  readonly close = (): void => undefined;

  readonly configs = {
    listMachineGroups: async (): Promise<string[]> => this.answer([...this.groups.keys()]),
    getMachineGroup: async (_: string, name: string): Promise<MachineGroupBody> =>
      this.answer(this.groups.get(name) ?? missing("MachineGroupNotExist")),
    getAppliedConfigs: async (_: string, name: string): Promise<string[]> =>
      this.answer(this.groups.get(name)?.configs ?? missing("MachineGroupNotExist")),
    getLogtailConfig: async (_: string, name: string): Promise<FoundLogtailConfig> =>
      this.answer(this.logtailConfigs.get(name) ?? missing("ConfigNotExist")),
  };

  /** A group of user-defined ids with syslog configs bound to it: name -> [tag, logstore]. */
  bind(group: string, ids: string[], configs: Record<string, [tag: string, logstore: string]>, topic = ""): void {
    this.groups.set(group, {
      groupName: group,
      groupType: "",
      machineIdentifyType: "userdefined",
      groupAttribute: { groupTopic: topic },
      machineList: ids,
      configs: Object.keys(configs),
    });
    for (const [name, [tag, logstoreName]] of Object.entries(configs)) {
      this.logtailConfigs.set(name, {
        configName: name,
        inputType: "syslog",
        inputDetail: { tag },
        outputType: "LogService",
        outputDetail: { logstoreName },
      });
    }
  }

  private async answer<T>(value: T | SlsError): Promise<T> {
    this.calls++;
    if (this.down) throw this.down;
    if (value instanceof SlsError) throw value;
    return value;
  }
}

const missing = (code: string): SlsError => new SlsError(code, `${code}: no such thing`, { httpStatus: 404 });
