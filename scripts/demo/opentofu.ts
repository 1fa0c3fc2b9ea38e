/** Terraform or OpenTofu for the demo; where neither is installed, a pinned OpenTofu in the project's cache, if its user agrees. */
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { findTerraform, terraformMissing } from "../../deploy";
import { run } from "./processes";
import { say } from "./console";

const version = "1.8.5";
/** SHA-256 of the release archives, from the release's own SHA256SUMS. */
const checksums: Readonly<Record<string, string>> = {
  linux_amd64: "e2951ba6be8ae9427aabbd5c6f243855e8b526cb2ae6bc33a05dae22d7e82632",
  linux_arm64: "2535e8d4979806cbf79a1b704dccf1fae45b4d50ccaee3e54c1771044db4a573",
  darwin_amd64: "cb6d1b949691e50bed6c9cc17aefc999cf27e52200521efa9f107ce3ee08260f",
  darwin_arm64: "c77e545ab847c0d6acd322c010f457e1a30448476945c04074a48882c4b86dfe",
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

async function download(platform: string, checksum: string, binary: string): Promise<void> {
  const url = `https://github.com/opentofu/opentofu/releases/download/v${version}/tofu_${version}_${platform}.zip`;
  say(`downloading ${url}`);
  let archive: Buffer;
  try {
    const reply = await fetch(url);
    if (!reply.ok) throw new Error(`HTTP ${reply.status}`);
    archive = Buffer.from(await reply.arrayBuffer());
  } catch (error) {
    const { message, cause } = error as Error;
    const why = cause instanceof Error ? `${message}: ${cause.message}` : message;
    throw new Error(`could not download ${url} (${why}); ${terraformMissing(process.env).message}`);
  }
  const actual = createHash("sha256").update(archive).digest("hex");
  if (actual !== checksum) throw new Error(`${url}: SHA-256 is ${actual}, must be ${checksum}; nothing was installed`);
  await unpack(archive, binary);
}

async function unpack(archive: Buffer, binary: string): Promise<void> {
  const folder = `${binary}.unpacking`;
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(join(folder, "tofu.zip"), archive);
    await run("unzip", ["-q", "-o", join(folder, "tofu.zip"), "tofu", "-d", folder]);
    chmodSync(join(folder, "tofu"), 0o755);
    renameSync(join(folder, "tofu"), binary);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
