import type { World } from "../world";
import { writeStatus, type AgentStatus } from "./status-file";

const everyMs = 1_000;

/** Keeps `status.json` up to date. Written only when it says something new, so that an idle agent leaves the disk alone. */
export class StatusKeeper {
  private readonly stop = new AbortController();
  private readonly running: Promise<void>;
  private last = "";

  constructor(
    private readonly dataDir: string,
    private readonly read: () => AgentStatus,
    private readonly world: World,
  ) {
    this.running = this.run();
  }

  /** Writes the last state. */
  async close(): Promise<void> {
    this.stop.abort();
    await this.running;
    this.save();
  }

  private async run(): Promise<void> {
    while (!this.stop.signal.aborted) {
      this.save();
      await this.world.sleep(everyMs, this.stop.signal);
    }
  }

  private save(): void {
    const status = this.read();
    const text = JSON.stringify({ ...status, updatedAt: "" });
    if (text === this.last) return;
    try {
      writeStatus(this.dataDir, status);
      this.last = text;
    } catch {
      // A full disk must not stop the lines; the next second tries again.
    }
  }
}
