/** `sls-agent validate`: settings, environment, and whether this machine is ready for them. */
import { proxyFromEnv } from "../../sls/client";
import { checkCertificates, checkCredentialsFile, checkDataDir, checkOpenFiles } from "../checks/files";
import type { Finding } from "../checks/finding";
import { checkConfigs } from "../checks/configs";
import { checkInputs } from "../checks/inputs";
import { checkExceptions, checkWay } from "../checks/network";
import { readIdentity } from "../config/identity";
import { SettingsError, type Settings } from "../config/settings";
import { exitCodes } from "../exit-codes";
import { realUsage } from "../limits/usage";

export interface ValidateOptions {
  readonly settings: Settings;
  readonly env: NodeJS.ProcessEnv;
  /** Whether an agent of this data folder runs; the ports are its own then. */
  readonly running: boolean;
  readonly now: Date;
  /** Only what was found. */
  readonly quiet: boolean;
  readonly write: (text: string) => void;
  readonly complain: (text: string) => void;
}

/** Prints what would be used, without secrets, and what was found; returns 2 when an error is among that. */
export async function validate(options: ValidateOptions): Promise<number> {
  const { settings, env, running, now, quiet, write, complain } = options;
  const machine = readIdentity(settings.configDir, env, settings.workingIp);
  if (machine.problems.length > 0) throw new SettingsError(machine.problems);
  const proxies = proxyFromEnv(env);
  const found: Finding[] = [
    ...checkDataDir(settings),
    ...checkCredentialsFile(settings),
    ...checkCertificates(env, now),
    ...checkOpenFiles(realUsage().mostOpenFiles),
    ...checkConfigs(settings),
    ...(await checkInputs(settings, { running, now, path: env["PATH"] ?? "" })),
    ...checkExceptions(proxies),
    ...(await checkWay(settings, proxies)),
  ];
  if (!quiet) write(`${JSON.stringify({ settings: shown(settings), machine, findings: found }, undefined, 2)}\n`);
  for (const { level, about, message } of found) complain(`sls-agent: ${level}: ${about}: ${message}\n`);
  return found.some(({ level }) => level === "error") ? exitCodes.usage : exitCodes.ok;
}

/** Arguments of a command may hold secrets: of these only the number is told. */
const shown = (settings: Settings): object => ({
  ...settings,
  inputs: settings.inputs.map(({ source, ...rest }) => {
    if (source.type !== "exec") return { source, ...rest };
    const [program, ...args] = source.command;
    return { source: { type: source.type, command: [program, `(${args.length} arguments)`] }, ...rest };
  }),
});
