import { join } from "node:path";
import type { SlsError } from "../../sls/model/errors";
import type { Disk } from "../buffer/disk";
import type { LogQueue } from "../buffer/log-queue";
import type { ConfigService, SyslogConfig } from "../config/discovery";
import type { Settings } from "../config/settings";
import type { AgentService } from "../service";
import { Resends } from "../set-aside/resends";
import { SetAside } from "../set-aside/set-aside";
import type { Emit } from "../status/events";
import type { World } from "../world";
import { rateLimits, type SendRate } from "./send-rate";
import type { SenderState } from "./sender";
import { Senders } from "./senders";
import { ServiceClock } from "./service-clock";

export interface DispatchOptions {
  readonly settings: Settings;
  readonly service: AgentService;
  readonly disk: Disk;
  readonly world: World;
  readonly emit: Emit;
}

/** Where lines leave: the senders, the service they send to, and its time, which every request is signed with. */
export class Dispatch {
  /** The service's other side: what is to be collected. */
  readonly configs: ConfigService;
  /** Lines set aside that someone asks to be sent again, or removed. */
  readonly resends: Resends;
  private readonly clock: ServiceClock;
  private readonly senders: Senders;

  constructor(private readonly options: DispatchOptions) {
    const { settings, service, disk, world, emit } = options;
    this.clock = new ServiceClock(world.now, (offsetMs) => emit({ type: "ClockCorrected", offsetMs }));
    const { configs, sink } = service.connect(this.clock.now, emit);
    this.configs = configs;
    const path = join(settings.dataDir, "set-aside");
    const { clock } = this;
    const learnTime = (error: SlsError): boolean => this.learnTime(error);
    this.senders = new Senders({
      sink,
      setAside: new SetAside(path, settings.setAsideBytes, disk),
      lingerMs: settings.lingerMs,
      concurrency: settings.concurrency,
      maxAgeMs: settings.maxAgeHours * 3600_000,
      clock,
      learnTime,
      world,
      emit,
    });
    const rateOf = (key: string): SendRate => this.senders.rateOf(key);
    const { batchBytes } = settings;
    this.resends = new Resends({ path, sink, clock, learnTime, rateOf, batchBytes, disk, world, emit });
  }

  /** Sends what comes into this queue. */
  start(queue: LogQueue): void {
    this.senders.start(queue);
  }

  /** Takes over what the configs in force say of sending. */
  use(configs: readonly SyslogConfig[]): void {
    this.senders.setRates(rateLimits(configs));
  }

  stateOf(queue: LogQueue): SenderState {
    return this.senders.stateOf(queue);
  }

  /** Whether a failed reply corrected the clock, so that the request may succeed now. */
  learnTime(error: SlsError): boolean {
    const serverTime = this.options.service.serverTimeOf(error);
    return serverTime !== undefined && this.clock.learn(serverTime);
  }

  /** Sends everything now; at the deadline what is left goes back to its queue. `forced`: answers are not awaited any more. */
  drain(deadline: AbortSignal, forced: AbortSignal): Promise<void> {
    return this.senders.drain(deadline, forced);
  }
}
