/** Settings of one run: defaults < `sls-agent.json` < environment < flags. */
import * as fs from "node:fs";
import { join } from "node:path";
import { slsEndpoint } from "../../sls/model";
import type { Option } from "./option";
import { options, type OptionName, type OptionValues } from "./options";

export const defaultConfigDir = "/etc/ilogtail";
const settingsFileName = "sls-agent.json";

export interface Settings extends Omit<OptionValues, "endpoint" | "region" | "network"> {
  readonly endpoint: string;
  readonly configDir: string;
}

/** What commander gives: option names (ours) with texts, or lists of texts. */
export type Flags = Readonly<Partial<Record<OptionName, string | readonly string[]>>>;

/** All that is wrong with the settings, a line each: where, what came, what is allowed. */
export class SettingsError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join("\n"));
    this.name = "SettingsError";
  }
}

export interface SettingsSources {
  readonly configDir?: string;
  /** @default sls-agent.json in the configuration folder */
  readonly file?: string;
  readonly env: NodeJS.ProcessEnv;
  readonly flags?: Flags;
}

/** Throws a SettingsError that names every problem at once. */
export function loadSettings(sources: SettingsSources): Settings {
  const configDir = sources.configDir ?? defaultConfigDir;
  const problems: string[] = [];
  const file = sources.file ?? join(configDir, settingsFileName);
  const given = { file: sources.file !== undefined, folder: sources.configDir !== undefined };
  const fromFile = flatten(readSettingsFile(file, given, problems), file, problems);
  const values: Partial<Record<OptionName, unknown>> = {};
  for (const [name, option] of Object.entries(options) as [OptionName, Option<unknown>][]) {
    const found = find(name, option, sources, fromFile, file);
    if (found === undefined) {
      values[name] = option.fallback;
      continue;
    }
    const checked = option.check(found.value);
    if ("value" in checked) values[name] = checked.value;
    else problems.push(`${found.where}: ${option.path} must be ${withValue(checked.mustBe, found.value)}`);
  }
  const { endpoint, region, network, ...rest } = values as OptionValues;
  const whole = problems.length === 0;
  if (whole && endpoint === undefined && region === undefined) {
    problems.push(`no endpoint: write "region": "cn-hangzhou" into ${file}, or set SLS_AGENT_REGION, or give --region`);
  }
  if (whole && rest.projects.length === 0) {
    problems.push(
      `no project: write "projects": ["my-log-project"] into ${file}, or set SLS_AGENT_PROJECTS, or give --project`,
    );
  }
  if (problems.length > 0) throw new SettingsError(problems);
  return { ...rest, configDir, endpoint: endpoint ?? slsEndpoint(region as string, network) };
}

/** A rule of sls/model tells the value itself. */
const withValue = (mustBe: string, value: unknown): string =>
  mustBe.includes(", got ") ? mustBe : `${mustBe}, got ${JSON.stringify(value)}`;

function find(
  name: OptionName,
  option: Option<unknown>,
  sources: SettingsSources,
  fromFile: ReadonlyMap<string, unknown>,
  file: string,
): { value: unknown; where: string } | undefined {
  const flag = sources.flags?.[name];
  if (flag !== undefined) {
    const value = typeof flag === "string" ? option.read(flag) : flag;
    return { value, where: option.flag?.split(" ")[0] ?? name };
  }
  const variable = option.env === undefined ? undefined : sources.env[option.env];
  if (variable !== undefined && variable.trim() !== "")
    return { value: option.read(variable), where: option.env ?? "" };
  if (fromFile.has(option.path)) return { value: fromFile.get(option.path), where: file };
  return undefined;
}

/** The file may be missing where the folder is the default one: environment and flags can say everything. */
function readSettingsFile(file: string, given: { file: boolean; folder: boolean }, problems: string[]): object {
  let content: string;
  try {
    content = fs.readFileSync(file, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const folder = join(file, "..");
    if (code !== "ENOENT") problems.push(`${file}: cannot be read: ${message}`);
    else if (given.file) problems.push(`${file}: no such file; write it, or give another with --config`);
    else if (given.folder && !fs.existsSync(folder)) {
      problems.push(`${folder}: no such folder; make it, or give another with --config-dir`);
    }
    return {};
  }
  try {
    const value = JSON.parse(content) as unknown;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
    problems.push(`${file}: must hold a JSON object such as {"region": "cn-hangzhou", "projects": ["my-log-project"]}`);
  } catch (error) {
    problems.push(`${file}: not valid JSON: ${(error as Error).message}`);
  }
  return {};
}

const groups = new Set(Object.values(options).flatMap(({ path }) => (path.includes(".") ? [path.split(".")[0]] : [])));
const paths = new Set<string>(Object.values(options).map(({ path }) => path));

/** Nested objects to dotted paths; unknown ones are problems. */
function flatten(settings: object, file: string, problems: string[]): Map<string, unknown> {
  const flat = new Map<string, unknown>();
  for (const [key, value] of Object.entries(settings) as [string, unknown][]) {
    const inner = groups.has(key) && typeof value === "object" && value !== null ? Object.entries(value) : undefined;
    for (const [path, item] of inner?.map(([k, v]) => [`${key}.${k}`, v as unknown] as const) ?? [
      [key, value] as const,
    ]) {
      const known = path === "project" ? "projects" : path;
      if (paths.has(known)) flat.set(known, item);
      else problems.push(`${file}: ${unknownKey(path)}`);
    }
  }
  return flat;
}

function unknownKey(path: string): string {
  if (/access|secret|token|password/i.test(path)) {
    return (
      `"${path}" is not read from this file, which others may read; put the access key into the environment ` +
      `(ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET), with systemd by EnvironmentFile=`
    );
  }
  return `"${path}" is no setting; known are ${[...paths].join(", ")}`;
}
