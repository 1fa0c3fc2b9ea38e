import * as dgram from "node:dgram";
import { readFileSync } from "node:fs";
import { isIPv6 } from "node:net";
import type { Emit } from "../../status/events";
import { OnceAMinute } from "../../status/once-a-minute";
import type { InputStatus } from "../../status/status-file";
import type { Waits } from "../../status/waits";
import type { World } from "../../world";
import type { Input, InputState, TakeLine } from "../input";
import { plainAddress, turnOfTheLoop, untilQuiet } from "../let-go";
import { datagramTaker } from "./datagram";
import { HeldDatagrams } from "./held-datagrams";
import { kernelDrops } from "./kernel-drops";

export interface UdpInputOptions {
  /** For events and the status. @default "udp" */
  readonly name?: string;
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly maxLineBytes: number;
  readonly accept: TakeLine;
  readonly world: World;
  readonly emit: Emit;
  readonly waits: Waits;
}

const retryMs = 1_000;
/** Asked of the kernel, which gives up to net.core.rmem_max. */
const kernelBytes = 8 * 1024 * 1024;
/** UDP has no way to push back: so much is kept while the buffer is full, what comes after that is dropped and counted. */
const heldBytes = 8 * 1024 * 1024;

/**
 * Lines over UDP, one a datagram. waiting (for the port) -> listening <-> held -> closed. What is dropped is told, by the
 * agent itself and by the kernel, whose counter is looked at when it is held, released and closed.
 */
export class UdpInput implements Input {
  private socket: dgram.Socket | undefined;
  private boundPort: number | undefined;
  private readonly stop = new AbortController();
  private readonly opening: Promise<void>;
  private isHeld = false;
  private readonly waiting = new HeldDatagrams(heldBytes);
  private chunks = 0;
  private kernelDropped = 0;
  private readonly take: (datagram: Buffer, address: string) => void;
  private readonly drops: OnceAMinute<"full" | "kernel">;

  constructor(private readonly options: UdpInputOptions) {
    const { world, emit, maxLineBytes, accept } = options;
    this.take = datagramTaker(maxLineBytes, accept);
    this.drops = new OnceAMinute(world.now, (by, datagrams) =>
      emit({ type: "DatagramsDropped", input: this.name, datagrams, by: by === "full" ? "agent" : "kernel" }),
    );
    this.opening = this.open();
  }

  get state(): InputState {
    if (this.stop.signal.aborted) return "closed";
    if (this.isHeld) return "held";
    return this.socket === undefined ? "waiting" : "listening";
  }

  private get name(): string {
    return this.options.name ?? "udp";
  }

  get status(): InputStatus {
    const { host, port } = this.options;
    return { input: this.name, state: this.state, address: host, port: this.boundPort ?? port, connections: 0 };
  }

  setHeld(held: boolean): void {
    this.isHeld = held;
    this.countKernelDrops();
    // Whoever fills the buffer again on the way leaves the rest for the next time.
    while (!this.isHeld && this.waiting.length > 0) this.takeWaiting();
  }

  async close(): Promise<void> {
    if (this.stop.signal.aborted) return;
    this.stop.abort();
    this.options.waits.end(this.waitsFor);
    await this.opening;
    const { socket } = this;
    if (socket !== undefined) {
      await untilQuiet(
        () => this.chunks,
        () => false,
        this.options.world,
      );
      this.countKernelDrops();
      await new Promise<void>((resolve) => socket.close(resolve));
      await turnOfTheLoop();
    }
    while (this.waiting.length > 0) this.takeWaiting();
    this.drops.flushAll();
    if (socket !== undefined) this.options.emit({ type: "ListeningStopped", input: this.name });
  }

  private get waitsFor(): string {
    return `UDP port ${this.options.port} on ${this.options.host}`;
  }

  private async open(): Promise<void> {
    const { host, port, waits, world, emit } = this.options;
    while (!this.stop.signal.aborted) {
      try {
        const socket = await bind(host, port);
        this.socket = socket;
        this.boundPort = socket.address().port;
        socket.on("message", (bytes, { address }) => this.came(bytes, plainAddress(address)));
        waits.end(this.waitsFor);
        return emit({ type: "Listening", input: this.name, address: host, port: this.boundPort });
      } catch (error) {
        waits.begin(this.waitsFor, `${whyNot(error as NodeJS.ErrnoException, port)}; trying again every second`);
        await world.sleep(retryMs, this.stop.signal);
      }
    }
  }

  private came(bytes: Buffer, address: string): void {
    this.chunks++;
    if (!this.isHeld) this.take(bytes, address);
    else if (!this.waiting.add({ bytes, address })) this.drops.add("full", 1);
  }

  private takeWaiting(): void {
    const datagram = this.waiting.take();
    if (datagram !== undefined) this.take(datagram.bytes, datagram.address);
  }

  private countKernelDrops(): void {
    if (this.boundPort === undefined || this.socket === undefined) return;
    const file = isIPv6(this.socket.address().address) ? "/proc/net/udp6" : "/proc/net/udp";
    let table: string;
    try {
      table = readFileSync(file, "latin1");
    } catch {
      // No Linux, or no /proc: then there is nothing to count by.
      return;
    }
    const dropped = kernelDrops(table, this.boundPort);
    if (dropped > this.kernelDropped) this.drops.add("kernel", dropped - this.kernelDropped);
    this.kernelDropped = dropped;
  }
}

function bind(host: string, port: number): Promise<dgram.Socket> {
  return new Promise((resolve, reject) => {
    const socket = dgram.createSocket({ type: isIPv6(host) ? "udp6" : "udp4", recvBufferSize: kernelBytes });
    socket.once("error", (error) => {
      socket.close();
      reject(error);
    });
    socket.bind(port, host, () => {
      socket.removeAllListeners("error");
      // A reply of the network to nothing of ours.
      socket.on("error", () => undefined);
      resolve(socket);
    });
  });
}

function whyNot(error: NodeJS.ErrnoException, port: number): string {
  const remedies: Readonly<Record<string, string>> = {
    EADDRINUSE: `another program listens there; find it with "ss -lunp sport = :${port}" and stop it, or give another port in inputs`,
    EACCES: "ports below 1024 need CAP_NET_BIND_SERVICE; give a higher port in inputs",
    EADDRNOTAVAIL: "this machine has no such address; correct it in inputs",
  };
  return remedies[error.code ?? ""] ?? error.message;
}
