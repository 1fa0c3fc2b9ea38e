export interface SyslogSourceOptions {
  /** Port on which the agent listens, 1 to 65535. @default 11111 */
  readonly port?: number;
  /** @default "tcp" */
  readonly protocol?: "tcp" | "udp";
  /** Address on which the agent listens; `0.0.0.0` takes lines of other machines too. @default "127.0.0.1" */
  readonly address?: string;
}

/** Which containers' files are read; all conditions that are given must hold. */
export interface ContainerOptions {
  /** Labels that a container must have; an empty value takes any. @default - any */
  readonly includeLabels?: Readonly<Record<string, string>>;
  /** @default - none */
  readonly excludeLabels?: Readonly<Record<string, string>>;
  /** Environment variables that a container must have. @default - any */
  readonly includeEnv?: Readonly<Record<string, string>>;
  /** @default - none */
  readonly excludeEnv?: Readonly<Record<string, string>>;
  /** Regular expression over the names of namespaces that Kubernetes gives. @default - any */
  readonly namespace?: string;
  /** Likewise, of pods. @default - any */
  readonly pod?: string;
  /** Likewise, of containers. @default - any */
  readonly container?: string;
}

/** Files that are left out although they fit. */
export interface ExcludeOptions {
  /** Full paths of directories, with all in them; `*` stands for a part of a name, `**` for several levels. @default - none */
  readonly directories?: readonly string[];
  /** Names of files; `*` stands for a part of one. @default - none */
  readonly files?: readonly string[];
  /** Full paths of files; `*` stands for a part of a name, `**` for several levels. @default - none */
  readonly paths?: readonly string[];
}

export interface FilesSourceOptions {
  /** Full path of the directory, e.g. `/var/log/nginx`; `*` stands for a part of a name. */
  readonly directory: string;
  /** Names of the files, e.g. `access.log` or `*.log`. */
  readonly pattern: string;
  /** How many levels of directories below are looked into, 0 to 1000. @default 0: the directory alone */
  readonly depth?: number;
  /** @default - nothing */
  readonly exclude?: ExcludeOptions;
  /** The path is inside containers; the agent runs beside them on the host. @default - the machine's own files */
  readonly container?: ContainerOptions;
  /** @default "utf8" */
  readonly encoding?: "utf8" | "gbk";
  /** How many KiB before its end a file is begun at that was there before the config, 0 to 10,485,760. @default 1024 */
  readonly tailSizeKb?: number;
}

export type LogSourceDefinition =
  | {
      readonly kind: "syslog";
      readonly port: number;
      readonly protocol: "tcp" | "udp";
      readonly address: string;
    }
  | ({ readonly kind: "files"; readonly depth: number; readonly encoding: "utf8" | "gbk" } & FilesSourceOptions);

/** Where the agent takes the logs from. What is wrong with one is told by the LogtailConfig that it is given to. */
export class LogSource {
  /**
   * Lines that are sent to the agent. With LogFormat.syslog they come to the one port of all such configs, which is the agent's setting
   * (`streamlog_tcp_port`); with another format, to a port of this config's own.
   */
  static syslog(options: SyslogSourceOptions = {}): LogSource {
    return new LogSource({
      kind: "syslog",
      port: options.port ?? 11111,
      protocol: options.protocol ?? "tcp",
      address: options.address ?? "127.0.0.1",
    });
  }

  /** Files on the machine or in its containers. A file may belong to one config only. */
  static files(options: FilesSourceOptions): LogSource {
    return new LogSource({
      kind: "files",
      ...options,
      depth: options.depth ?? 0,
      encoding: options.encoding ?? "utf8",
    });
  }

  private constructor(readonly definition: LogSourceDefinition) {}
}
