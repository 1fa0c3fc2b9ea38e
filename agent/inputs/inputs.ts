import type { InputStatus } from "../status/status-file";
import type { Input } from "./input";
import { openInputs, type InputsEnvironment } from "./open-inputs";

/** A flood can fill and free the buffer many times a second: told once in so long. */
const quietMs = 60_000;

/** The inputs of an agent: open while there is a config in force, held while the buffer is full or a limit is reached. */
export class Inputs {
  private opened: readonly Input[] | undefined;
  /** Inputs that are closing while a new one may be open already. */
  private readonly closing = new Set<Promise<void>>();
  private held = false;
  private toldAt = -Infinity;
  private told = false;

  constructor(private readonly options: InputsEnvironment) {}

  /** Does nothing when they are open. */
  open(): void {
    if (this.opened !== undefined) return;
    this.opened = openInputs(this.options);
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

  /** `why` is for people, when they are held. */
  setHeld(held: boolean, why: string): void {
    this.held = held;
    for (const input of this.opened ?? []) input.setHeld(held);
    const { world, emit } = this.options;
    const now = world.monotonic();
    if (held && now - this.toldAt >= quietMs) {
      this.toldAt = now;
      this.told = true;
      emit({ type: "InputsHeld", why });
    } else if (!held && this.told) {
      this.told = false;
      emit({ type: "InputsReleased" });
    }
  }

  status(): readonly InputStatus[] {
    return (this.opened ?? []).map(({ status }) => status);
  }
}
