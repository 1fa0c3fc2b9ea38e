import type { ListenPlace } from "../sockets/listen-place";
import { StreamInput, type StreamInputOptions } from "../sockets/stream-input";
import { SyslogConnection, type SyslogConnectionOptions } from "./connection";

export interface SyslogTcpOptions
  extends SyslogConnectionOptions, Omit<StreamInputOptions, "name" | "place" | "connect"> {
  /** @default "syslog-tcp" */
  readonly name?: string;
  readonly place: ListenPlace;
}

/** Lines over a stream (TCP, TLS, unix socket), each connection with its own framing. */
export class SyslogTcpInput extends StreamInput {
  constructor(options: SyslogTcpOptions) {
    super({ name: "syslog-tcp", ...options, connect: (socket) => new SyslogConnection(socket, options) });
  }
}
