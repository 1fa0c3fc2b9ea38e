/** Packer as a program: its version, its command line, what it tells, and what it notes of what it made. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export const sources = { "alicloud-ecs": "alicloud-ecs.production", null: "null.ci" } as const;
export type Source = keyof typeof sources;

/** `Packer v1.6.6` -> [1, 6, 6] */
export function parseVersion(text: string): readonly [number, number, number] {
  const match = /v?(\d+)\.(\d+)\.(\d+)/.exec(text);
  if (!match) throw new Error(`\`packer version\` says no version: ${JSON.stringify(text.slice(0, 100))}`);
  return [Number(match[1]), Number(match[2]), Number(match[3])];
}

/** From 1.7 on plugins are named in the templates and installed by `packer init`; before, those are part of Packer. */
export const takesPlugins = ([major, minor]: readonly [number, number, number]): boolean =>
  major > 1 || (major === 1 && minor >= 7);

/** Their values may hold a password or a key: they go by the environment, which other users cannot read, and are not shown. */
const secretVariables = ["proxy_url", "logtail_url", "access_key", "secret_key", "security_token"];
const isSecret = ([name]: readonly [string, string]): boolean => secretVariables.includes(name);

export const secretEnvironment = (variables: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(variables)
      .filter(isSecret)
      .map(([name, value]) => [`PKR_VAR_${name}`, value]),
  );

/** Values go by -var, but for those of `secretEnvironment`. */
export function buildArgs(source: Source, variables: Readonly<Record<string, string>>): string[] {
  const told = Object.entries(variables).filter((one) => !isSecret(one));
  const vars = told.flatMap(([name, value]) => ["-var", `${name}=${value}`]);
  return ["build", "-color=false", `-only=${sources[source]}`, ...vars, "."];
}

/** What a line of Packer's output says about how far it is; undefined where it is a detail. */
export const progressOf = (line: string): string | undefined => {
  const said = /^==> [\w.-]+: (.*)$/.exec(line.trim())?.[1];
  return said !== undefined && !/^[+]/.test(said) ? said : undefined;
};

/** Of its manifest post-processor; undefined where the source makes no image. */
export function imageIdOf(manifest: unknown, region: string): string | undefined {
  const builds = (manifest as { builds?: readonly { builder_type?: string; artifact_id?: string }[] }).builds ?? [];
  const last = builds.at(-1);
  if (last?.builder_type !== "alicloud-ecs") return undefined;
  // REGION:ID, with commas between where it was copied to other regions.
  const ids = (last.artifact_id ?? "").split(",").map((one) => one.split(":"));
  const found = ids.find(([of]) => of === region)?.[1];
  if (found === undefined) {
    throw new Error(`Packer made no image in ${region}; its manifest says ${JSON.stringify(last.artifact_id)}`);
  }
  return found;
}

export interface PackerRun {
  readonly program: string;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onLine?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Resolves to its output. Rejects with the last of it when it fails. `signal` asks it to end: it takes away what it began, such as a
 * machine that is paid for, and is waited for.
 */
export function packer(args: readonly string[], { program, cwd, env, onLine, signal }: PackerRun): Promise<string> {
  const child = spawn(program, args, {
    cwd,
    env: { ...env, CHECKPOINT_DISABLE: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    // A terminal's Ctrl-C would reach it besides ours, and the second one ends it at once.
    detached: true,
  });
  const ask = (): unknown => child.kill("SIGTERM");
  signal?.addEventListener("abort", ask, { once: true });
  if (signal?.aborted) ask();
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      onLine?.(line);
    });
  }
  return new Promise((resolve, reject) => {
    child.on("error", (error) => reject(new Error(`${program} cannot be run: ${error.message}`)));
    child.on("close", (code, by) => {
      signal?.removeEventListener("abort", ask);
      if (code === 0) return resolve(lines.join("\n"));
      const how = code === null ? `was ended by ${by ?? "a signal"}` : `ended with ${code}`;
      reject(new Error(`packer ${args[0] ?? ""} ${how}:\n${lines.slice(-30).join("\n")}`));
    });
  });
}
