/** Terraform or OpenTofu for the demo; where neither is installed, a pinned OpenTofu in the project's cache, if its user agrees. */
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { findTerraform, terraformMissing } from "../../deploy";
import { run } from "./processes";
import { say } from "./console";

const version = "1.8.5";
/** SHA-256 of the release's .tar.gz archives, from its own signed SHA256SUMS. */
const checksums: Readonly<Record<string, string>> = {
  linux_amd64: "dc46f945f3718769604561c9bad569841443ffcc6e0b970d4dbc5bd224a52941",
  linux_arm64: "d89c753fe440e1156fa8e523b2c8744322f29b2c40cc3fd049617271272b853d",
  darwin_amd64: "c0186b4d47c740433c8962a72e8e864225f79fb21028203925196a5b28aa6868",
  darwin_arm64: "7d81c559912a772ca3836770c1986b8e3b953a61072d7b2a7a1b5221c05c6d6f",
};
const architectures: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/** The binary's path; asks before it downloads. Throws an error that says how to install one by hand. */
export async function terraformForDemo(cache: string, agreed: boolean): Promise<string> {
  const installed = findTerraform(process.env);
  if (installed !== undefined) return installed;
  const binary = join(cache, `tofu-${version}`);
  if (existsSync(binary)) return binary;
  const platform = `${process.platform}_${architectures[process.arch] ?? process.arch}`;
  const checksum = checksums[platform];
  if (checksum === undefined) throw terraformMissing(process.env);
  if (
    !agreed &&
    !(await ask(`Neither terraform nor tofu is installed. Download OpenTofu ${version} (26 MB) into ${cache}?`))
  ) {
    throw new Error(
      `${terraformMissing(process.env).message}; or let the demo fetch it: npm run demo -- --install-opentofu`,
    );
  }
  await download(platform, checksum, binary);
  return binary;
}

async function ask(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}

const downloadPatienceMs = 300_000;

async function download(platform: string, checksum: string, binary: string): Promise<void> {
  const url = `https://github.com/opentofu/opentofu/releases/download/v${version}/tofu_${version}_${platform}.tar.gz`;
  say(`downloading ${url}`);
  let archive: Buffer;
  try {
    const reply = await fetch(url, { signal: AbortSignal.timeout(downloadPatienceMs) });
    if (!reply.ok) throw new Error(`HTTP ${reply.status}`);
    archive = Buffer.from(await reply.arrayBuffer());
  } catch (error) {
    const { message, cause } = error as Error;
    const why = cause instanceof Error ? `${message}: ${cause.message}` : message;
    throw new Error(`could not download ${url} (${why}); ${terraformMissing(process.env).message}`);
  }
  verify(archive, checksum, url);
  await unpack(archive, binary);
}

/** Throws unless the archive is the one that was pinned. */
export function verify(archive: Buffer, checksum: string, url: string): void {
  const actual = createHash("sha256").update(archive).digest("hex");
  if (actual !== checksum) throw new Error(`${url}: SHA-256 is ${actual}, must be ${checksum}; nothing was installed`);
}

/** The program out of a release archive (.tar.gz), at `binary`, whole or not at all. */
export async function unpack(archive: Buffer, binary: string): Promise<void> {
  const folder = `${binary}.unpacking`;
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(join(folder, "tofu.tar.gz"), archive);
    await run("tar", ["-xzf", join(folder, "tofu.tar.gz"), "-C", folder, "tofu"]).catch((error: Error) => {
      throw new Error(`could not unpack OpenTofu (${error.message}); ${terraformMissing(process.env).message}`);
    });
    chmodSync(join(folder, "tofu"), 0o755);
    renameSync(join(folder, "tofu"), binary);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
