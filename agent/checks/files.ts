import { X509Certificate } from "node:crypto";
import * as fs from "node:fs";
import { dirname } from "node:path";
import type { Settings } from "../config/settings";
import { doubt, failure, type Finding } from "./finding";

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? (error as Error).message;

/** The data folder, or the nearest folder above it that is there, as far as this user may use it. */
export function checkDataDir({ dataDir, bufferBytes }: Settings): Finding[] {
  let folder = dataDir;
  while (!fs.existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  if (!fs.statSync(folder).isDirectory()) {
    return [failure("dataDir", `${folder} is no folder; give another with --data-dir or dataDir`)];
  }
  try {
    fs.accessSync(folder, fs.constants.W_OK | fs.constants.X_OK);
  } catch (error) {
    const what = folder === dataDir ? "be written" : `be made: ${folder} cannot be written`;
    return [failure("dataDir", `${dataDir} cannot ${what} by this user (${codeOf(error)})`)];
  }
  const { bavail, bsize } = fs.statfsSync(folder);
  if (bavail * bsize >= bufferBytes) return [];
  const free = Math.round((bavail * bsize) / 1024 / 1024);
  return [
    doubt("dataDir", `${free} MiB are free at ${folder}, less than one logstore's lines may need (buffer.maxBytes)`),
  ];
}

/** Readable by others, credentials are everyone's. */
export function checkCredentialsFile({ credentialsFile }: Settings): Finding[] {
  if (credentialsFile === undefined) return [];
  try {
    const { mode } = fs.statSync(credentialsFile);
    fs.accessSync(credentialsFile, fs.constants.R_OK);
    if ((mode & 0o007) === 0) return [];
    return [doubt("credentials.file", `${credentialsFile} can be used by every user of this machine; chmod o= it`)];
  } catch (error) {
    return [doubt("credentials.file", `${credentialsFile} cannot be read by this user now (${codeOf(error)})`)];
  }
}

/** Node goes on without a file that it cannot use; then every https request fails. */
export function checkCertificates(env: NodeJS.ProcessEnv, now: Date): Finding[] {
  const about = "NODE_EXTRA_CA_CERTS";
  const file = env[about];
  if (!file) return [];
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    return [failure(about, `${file} cannot be read (${codeOf(error)})`)];
  }
  const blocks = text.match(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs) ?? [];
  if (blocks.length === 0) return [failure(about, `${file} holds no certificate in PEM form`)];
  const problems: Finding[] = [];
  const ended: string[] = [];
  for (const block of blocks) {
    try {
      const { subject, validTo } = new X509Certificate(block);
      if (Date.parse(validTo) < now.getTime()) ended.push(`${subject.replaceAll("\n", ", ")} ended on ${validTo}`);
    } catch (error) {
      problems.push(failure(about, `${file} holds a certificate that cannot be read: ${(error as Error).message}`));
    }
  }
  const [first, ...others] = ended;
  if (first === undefined) return problems;
  // The system's own bundle has some of those as a rule.
  const more = others.length === 0 ? "" : `, and ${others.length} more of its ${blocks.length}`;
  return [...problems, doubt(about, `${file}: the certificate of ${first}${more}`)];
}

/** A connection, a buffer file and a config each want one. */
export function checkOpenFiles(most: number | undefined): Finding[] {
  if (most === undefined || most >= 1024) return [];
  return [
    doubt("open files", `this user may open ${most}; the agent wants 1024: LimitNOFILE= of the unit, or ulimit -n`),
  ];
}
