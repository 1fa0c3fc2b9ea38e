import type { Settings } from "../config/settings";
import type { Emit } from "../status/events";
import type { AgentStatus } from "../status/status-file";
import type { Waits } from "../status/waits";
import type { World } from "../world";
import { SyslogTcpInput, type SyslogTcpOptions } from "./syslog-tcp";

export interface InputsOptions {
  readonly settings: Settings;
  readonly accept: SyslogTcpOptions["accept"];
  readonly world: World;
  readonly emit: Emit;
  readonly waits: Waits;
}

/** A flood can fill and free the buffer many times a second: told once in so long. */
const quietMs = 60_000;

/** The inputs of an agent: open while there is a config in force, held while the buffer is full or a limit is reached. */
export class Inputs {
  private syslog: SyslogTcpInput | undefined;
  /** Inputs that are closing while a new one may be open already. */
  private readonly closing = new Set<Promise<void>>();
  private held = false;
  private toldAt = -Infinity;
  private told = false;

  constructor(private readonly options: InputsOptions) {}

  /** Does nothing when they are open. */
  open(): void {
    if (this.syslog !== undefined) return;
    const { settings, accept, world, emit, waits } = this.options;
    this.syslog = new SyslogTcpInput({
      host: settings.syslogHost,
      port: settings.syslogPort,
      maxLineBytes: settings.maxLineBytes,
      accept,
      world,
      emit,
      waits,
    });
    this.syslog.setHeld(this.held);
  }

  /** Resolves when everything that has come is read. */
  async close(): Promise<void> {
    const { syslog } = this;
    this.syslog = undefined;
    if (syslog !== undefined) {
      const closed = syslog.close().finally(() => this.closing.delete(closed));
      this.closing.add(closed);
    }
    await Promise.all(this.closing);
  }

  /** `why` is for people, when they are held. */
  setHeld(held: boolean, why: string): void {
    this.held = held;
    this.syslog?.setHeld(held);
    const { world, emit } = this.options;
    const now = world.now().getTime();
    if (held && now - this.toldAt >= quietMs) {
      this.toldAt = now;
      this.told = true;
      emit({ type: "InputsHeld", why });
    } else if (!held && this.told) {
      this.told = false;
      emit({ type: "InputsReleased" });
    }
  }

  status(): AgentStatus["inputs"] {
    const { syslog } = this;
    if (syslog === undefined) return [];
    const { name, state, port, connectionCount } = syslog;
    return [{ input: name, state, address: this.options.settings.syslogHost, port, connections: connectionCount }];
  }
}
