/** Words of Logtail's inputs that several parts share. Source: SLS API reference, CreateConfig and CreateLogtailPipelineConfig. */

/** An input, processor or aggregator of the plugin system, as a Logtail config names it. */
export interface LogtailPlugin {
  /** `service_…` or `metric_…` for inputs, `processor_…`, `aggregator_…`. */
  readonly type: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** At most this much of `logSample`, in bytes. */
export const maxLogSampleBytes = 1000;

/** `maxDepth`: levels of directories below the first. */
export function depthProblem(depth: number): string | undefined {
  if (Number.isInteger(depth) && depth >= 0 && depth <= 1000) return undefined;
  return `depth must be 0 to 1000 levels of directories, got ${depth}`;
}

/** `logPath`. */
export function logDirectoryProblem(directory: string): string | undefined {
  if (/^(?:\/|[A-Za-z]:\\)/.test(directory) && !/[\0\n]/.test(directory)) return undefined;
  return `directory must be a full path such as "/var/log/nginx" or "C:\\logs", got ${JSON.stringify(directory)}`;
}

/** `filePattern`. */
export function filePatternProblem(pattern: string): string | undefined {
  if (pattern !== "" && !/[/\\\0\n]/.test(pattern)) return undefined;
  const slash = pattern.lastIndexOf("/");
  const remedy =
    slash < 0 ? `write "*.log" or "access.log"` : `put ${JSON.stringify(pattern.slice(0, slash))} into directory`;
  return `pattern must be the name of files without directories, got ${JSON.stringify(pattern)}; ${remedy}`;
}

/** `tail_size_kb`. */
export function tailSizeProblem(kb: number): string | undefined {
  if (Number.isInteger(kb) && kb >= 0 && kb <= 10_485_760) return undefined;
  return `tailSizeKb must be 0 to 10485760 whole KiB, got ${kb}`;
}
