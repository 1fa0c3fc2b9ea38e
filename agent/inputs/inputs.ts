import { builtInStreamLogFormats } from "../../parsers";
import type { Settings } from "../config/settings";
import type { Emit } from "../status/events";
import type { InputStatus } from "../status/status-file";
import type { Waits } from "../status/waits";
import type { World } from "../world";
import type { Input } from "./input";
import type { LineRouter } from "./line-router";
import { RelpInput } from "./relp";
import { SyslogTcpInput } from "./syslog-tcp";

export interface InputsOptions {
  readonly settings: Settings;
  readonly router: LineRouter;
  /** Resolves when every line that was accepted so far is safe. */
  readonly committed: () => Promise<void>;
  readonly world: World;
  readonly emit: Emit;
  readonly waits: Waits;
}

/** A flood can fill and free the buffer many times a second: told once in so long. */
const quietMs = 60_000;

/** The inputs of an agent: open while there is a config in force, held while the buffer is full. */
export class Inputs {
  private opened: readonly Input[] | undefined;
  /** Inputs that are closing while a new one may be open already. */
  private readonly closing = new Set<Promise<void>>();
  private held = false;
  private toldAt = -Infinity;
  private told = false;

  constructor(private readonly options: InputsOptions) {}

  /** Does nothing when they are open. */
  open(): void {
    if (this.opened !== undefined) return;
    this.opened = inputsOf(this.options);
    for (const input of this.opened) input.setHeld(this.held);
  }

  /** Resolves when everything that has come is read. */
  async close(): Promise<void> {
    const { opened = [] } = this;
    this.opened = undefined;
    for (const input of opened) {
      const closed = input.close().finally(() => this.closing.delete(closed));
      this.closing.add(closed);
    }
    await Promise.all(this.closing);
  }

  setHeld(held: boolean): void {
    this.held = held;
    for (const input of this.opened ?? []) input.setHeld(held);
    const { settings, world, emit } = this.options;
    const now = world.now().getTime();
    if (held && now - this.toldAt >= quietMs) {
      this.toldAt = now;
      this.told = true;
      const mebibytes = settings.bufferBytes / 1024 / 1024;
      emit({ type: "InputsHeld", why: `the buffer of a logstore is full (${mebibytes} MiB, buffer.maxBytes)` });
    } else if (!held && this.told) {
      this.told = false;
      emit({ type: "InputsReleased" });
    }
  }

  status(): readonly InputStatus[] {
    return (this.opened ?? []).map(({ status }) => status);
  }
}

function inputsOf({ settings, router, ...rest }: InputsOptions): readonly Input[] {
  const { syslogHost, syslogPort, relpHost, relpPort, maxLineBytes } = settings;
  const versions = [...builtInStreamLogFormats, ...settings.streamLogFormats].map(({ version }) => version);
  const common = { ...rest, accept: router.taker({ format: "auto" }), maxLineBytes, versions };
  const inputs: Input[] = [];
  if (syslogPort !== "off") {
    const place = { host: syslogHost, port: syslogPort, setting: "syslog.port, --port" };
    inputs.push(new SyslogTcpInput({ ...common, place }));
  }
  if (relpPort !== "off") {
    const place = { host: relpHost, port: relpPort, setting: "relp.port, --relp-port" };
    inputs.push(new RelpInput({ ...common, place }));
  }
  return inputs;
}
