import { OnceAMinute } from "../../status/once-a-minute";
import { RelpConnection, type RelpConnectionOptions } from "./connection";
import { RelpMemory } from "./memory";
import { StreamInput, type StreamInputOptions } from "../sockets/stream-input";

export type RelpInputOptions = Omit<StreamInputOptions, "name" | "connect"> &
  Omit<RelpConnectionOptions, "onCutOff" | "onKnown" | "memory" | "name"> & {
    /** @default "relp" */
    readonly name?: string;
    /** @default one of its own, for as long as the process lives */
    readonly memory?: RelpMemory;
  };

/** Lines over RELP, as rsyslog's omrelp sends them: each is answered when it is safe, and comes again when it was not. */
export class RelpInput extends StreamInput {
  constructor(options: RelpInputOptions) {
    const { name = "relp", emit, world } = options;
    const { memory = new RelpMemory({ lost: () => 0, world }) } = options;
    const cutOffs = new OnceAMinute<"cutOff">(world.now, (_, times, sample) =>
      emit({ type: "PeerCutOff", input: name, times, sample }),
    );
    const onCutOff = (peer: string, why: string): void => cutOffs.add("cutOff", 1, () => `${peer}: ${why}`);
    const onKnown = (peer: string, lines: number): void => emit({ type: "LinesKnown", input: name, peer, lines });
    const each = { ...options, name, memory, onCutOff, onKnown };
    super({ ...options, name, connect: (socket) => new RelpConnection(socket, each) });
  }
}
