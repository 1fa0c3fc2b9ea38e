import { builtInStreamLogFormats } from "../../parsers";
import type { InputSettings } from "../config/input-settings";
import type { Settings } from "../config/settings";
import type { Emit } from "../status/events";
import { OnceAMinute } from "../status/once-a-minute";
import type { Waits } from "../status/waits";
import type { World } from "../world";
import { ExecInput } from "./exec";
import type { Input } from "./input";
import type { LineRouter } from "./syslog/line-router";
import type { ListenPlace } from "./sockets/listen-place";
import { RelpInput } from "./relp/relp";
import type { RelpMemory } from "./relp/memory";
import { StdinInput } from "./stdin";
import type { StreamInputOptions } from "./sockets/stream-input";
import { SyslogTcpInput } from "./syslog/tcp";
import { tlsServer } from "./sockets/tls-server";
import { UdpInput } from "./datagrams/udp";
import { UnixgramInput } from "./datagrams/unixgram";

/** What the inputs take from outside. */
export interface InputsEnvironment {
  readonly settings: Settings;
  readonly router: LineRouter;
  /** Resolves when every line that was accepted so far is safe. */
  readonly committed: () => Promise<void>;
  readonly relpMemory: RelpMemory;
  /** Standard input came to its end. */
  readonly onStdinEnd: () => void;
  readonly world: World;
  readonly emit: Emit;
  readonly waits: Waits;
}

/** Opens what the settings name. */
export function openInputs(environment: InputsEnvironment): readonly Input[] {
  const { syslogHost, syslogPort, relpHost, relpPort, inputs } = environment.settings;
  const nameOf = names();
  const own: Input[] = [];
  if (syslogPort !== "off") {
    const place = { host: syslogHost, port: syslogPort, setting: "syslog.port, --port" };
    own.push(new SyslogTcpInput({ ...commonOf(environment, { format: "auto" }), name: nameOf("syslog-tcp"), place }));
  }
  if (relpPort !== "off") {
    const place = { host: relpHost, port: relpPort, setting: "relp.port, --relp-port" };
    const common = commonOf(environment, { format: "auto" });
    own.push(new RelpInput({ ...common, name: nameOf("relp"), place, memory: environment.relpMemory }));
  }
  return [...own, ...inputs.map((settings) => openInput(settings, environment, nameOf))];
}

/** Names of inputs: the second of a kind is `udp-2`. Two of one name would be one in metrics. */
function names(): (kind: string) => string {
  const counts = new Map<string, number>();
  return (kind) => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return count === 1 ? kind : `${kind}-${count}`;
  };
}

function openInput(settings: InputSettings, environment: InputsEnvironment, nameOf: (kind: string) => string): Input {
  const { source } = settings;
  const secure = "tls" in source && source.tls !== undefined;
  const name = nameOf(secure ? `${source.type}-tls` : source.type);
  const common = { ...commonOf(environment, settings), name };
  switch (source.type) {
    case "tcp":
    case "relp": {
      const { type, host, port, tls } = source;
      const place: ListenPlace = { host, port, setting: "inputs" };
      const options = {
        ...common,
        place,
        ...(tls === undefined ? {} : { createServer: secured(tls, name, environment) }),
      };
      return type === "tcp"
        ? new SyslogTcpInput(options)
        : new RelpInput({ ...options, memory: environment.relpMemory });
    }
    case "unix":
      return new SyslogTcpInput({ ...common, place: { path: source.path, setting: "inputs" } });
    case "udp":
      return new UdpInput({ ...common, host: source.host, port: source.port });
    case "unixgram":
      return new UnixgramInput({ ...common, path: source.path });
    case "stdin":
      return new StdinInput({ ...common, stream: process.stdin, onEnd: environment.onStdinEnd });
    case "exec":
      return new ExecInput({ ...common, command: source.command, env: process.env });
    default:
      return source satisfies never;
  }
}

function commonOf(environment: InputsEnvironment, lines: Pick<InputSettings, "tag" | "format">) {
  const { settings, router, committed, world, emit, waits } = environment;
  const versions = [...builtInStreamLogFormats, ...settings.streamLogFormats].map(({ version }) => version);
  const { maxLineBytes } = settings;
  const idleMs = settings.idleSeconds * 1000;
  return { idleMs, accept: router.taker(lines), maxLineBytes, versions, committed, world, emit, waits };
}

function secured(
  files: Parameters<typeof tlsServer>[0]["files"],
  name: string,
  { world, emit, waits }: InputsEnvironment,
): NonNullable<StreamInputOptions["createServer"]> {
  const refused = new OnceAMinute<"refused">(world.now, (_, times, sample) =>
    emit({ type: "PeerCutOff", input: name, times, sample }),
  );
  const onRefused = (peer: string, why: string): void => refused.add("refused", 1, () => `${peer}: ${why}`);
  return tlsServer({ files, waits, onRefused });
}
