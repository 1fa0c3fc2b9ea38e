import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { status } from "../../../agent/commands/status";
import { openDataDir } from "../../../agent/data-dir";
import { SetAsideFolder } from "../../../agent/set-aside/folder";
import { temporaryFolder } from "../support/folder";
import { manyAside, p } from "../support/resend-bench";

/** A data folder whose agent has said that five lines are set aside; two are there. */
function dataDirWith(state: string): string {
  const dataDir = temporaryFolder();
  const aside = join(dataDir, "set-aside");
  mkdirSync(aside);
  manyAside(aside, 2, "");
  const setAside = [{ ...p, lines: 5, bytes: 5_000 }];
  writeFileSync(join(dataDir, "status.json"), JSON.stringify({ version: "1", pid: process.pid, state, setAside }));
  return dataDir;
}

async function said(dataDir: string, json = false): Promise<{ readonly code: number; readonly out: string }> {
  let out = "";
  const write = (text: string): Promise<void> => Promise.resolve(void (out += text));
  return { code: await status({ dataDir, json, write }), out };
}

describe("sls-agent status", () => {
  it("with no agent running counts what is set aside, which may have been removed since its end", async () => {
    const dataDir = dataDirWith("stopped");
    const folder = new SetAsideFolder(join(dataDir, "set-aside"));
    const bytes = folder.bytes(p);
    const { code, out } = await said(dataDir);
    expect(code).toBe(3);
    expect(out).toContain(`set aside  p/l: 2 line(s), ${bytes} bytes;`);
    expect(JSON.parse((await said(dataDir, true)).out)).toMatchObject({
      alive: false,
      setAside: [{ ...p, lines: 2, bytes }],
    });
    for (const part of folder.parts(p)) folder.remove(part);
    expect((await said(dataDir)).out).not.toContain("set aside  ");
  });

  it("also after a kill, which leaves a state that says otherwise", async () => {
    const { code, out } = await said(dataDirWith("running"));
    expect(code).toBe(3);
    expect(out).toContain("p/l: 2 line(s)");
  });

  it("tells what the agent said last where the lines cannot be read", async () => {
    const dataDir = dataDirWith("stopped");
    const aside = join(dataDir, "set-aside");
    new SetAsideFolder(aside).parts(p).forEach((part) => new SetAsideFolder(aside).remove(part));
    mkdirSync(join(aside, "p.l.jsonl"));
    expect((await said(dataDir)).out).toContain("p/l: 5 line(s), 5000 bytes");
  });

  it("tells what a running agent says", async () => {
    const dataDir = dataDirWith("running");
    const held = await openDataDir(dataDir);
    onTestFinished(() => held.close());
    const { code, out } = await said(dataDir);
    expect(code).toBe(0);
    expect(out).toContain("p/l: 5 line(s), 5000 bytes");
  });
});
