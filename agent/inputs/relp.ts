import { OnceAMinute } from "../status/once-a-minute";
import { RelpConnection, type RelpConnectionOptions } from "./relp-connection";
import { StreamInput, type StreamInputOptions } from "./stream-input";

export type RelpInputOptions = Omit<StreamInputOptions, "name" | "connect"> &
  Omit<RelpConnectionOptions, "onCutOff"> & {
    /** @default "relp" */
    readonly name?: string;
  };

/** Lines over RELP, as rsyslog's omrelp sends them: each is answered when it is safe, and comes again when it was not. */
export class RelpInput extends StreamInput {
  constructor(options: RelpInputOptions) {
    const { name = "relp", emit, world } = options;
    const cutOffs = new OnceAMinute<"cutOff">(world.now, (_, times, sample) =>
      emit({ type: "PeerCutOff", input: name, times, sample }),
    );
    const onCutOff = (peer: string, why: string): void => cutOffs.add("cutOff", 1, () => `${peer}: ${why}`);
    super({ ...options, name, connect: (socket) => new RelpConnection(socket, { ...options, onCutOff }) });
  }
}
