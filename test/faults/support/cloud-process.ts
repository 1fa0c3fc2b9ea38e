/** `cdktf-sls local run --data` as a process of its own, for being killed. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { keptCredentials } from "../../../emulator/access-key";
import type { CloudAddress } from "./pull";
import { freePort } from "../../support/ports";
import { dist } from "../../support/tools";

export interface CloudProcess extends CloudAddress {
  /** As soon as it is ready. */
  start(): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
}

/** Starts one on a free port, and on the same port again after a kill: nobody else is given it meanwhile. */
export async function cloudProcess(folder: string): Promise<CloudProcess> {
  const main = dist("cli/main.js");
  if (!existsSync(main)) throw new Error(`${main} is missing; npm run build makes it`);
  const stateDir = join(folder, "cloud");
  let child: ChildProcess | undefined;
  const port = await freePort();
  const kill = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  };
  const start = async (): Promise<void> => {
    const flags = ["--state", stateDir, "--data", join(folder, "cloud-data"), "--port", String(port), "--json"];
    const started = spawn(process.execPath, [main, "local", "run", ...flags], { stdio: ["ignore", "pipe", "pipe"] });
    child = started;
    let said = "";
    started.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    await new Promise<void>((resolve, reject) => {
      let out = "";
      started.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()).includes("\n") && resolve());
      started.on("exit", (code) => reject(new Error(`the local cloud ended with ${code}: ${said}`)));
    });
  };
  onTestFinished(kill);
  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    region: "cn-hangzhou",
    credentials: keptCredentials(stateDir),
    start,
    kill,
  };
}
