import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as net from "node:net";

/** A folder of the agent's own, held by one agent at a time. */
export interface DataDir {
  readonly path: string;
  close(): void;
}

/** Makes the folder and holds it. Rejects with the remedy when it cannot be made, or another agent has it. */
export async function openDataDir(path: string): Promise<DataDir> {
  try {
    fs.mkdirSync(path, { recursive: true, mode: 0o755 });
    fs.accessSync(path, fs.constants.W_OK);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(
      `data folder ${path} cannot be ${code === "EACCES" || code === "EROFS" ? "written" : "made"} (${message}); ` +
        `run as a user who may write it, or give another with --data-dir or dataDir`,
    );
  }
  const close = await hold(fs.realpathSync(path));
  return { path, close };
}

/**
 * Whether an agent has the folder just now; undefined where the system cannot tell. A pid that was written down may be another
 * program's by now.
 */
export async function dataDirHeld(path: string): Promise<boolean | undefined> {
  if (process.platform !== "linux") return undefined;
  let real: string;
  try {
    real = fs.realpathSync(path);
  } catch {
    return false;
  }
  return new Promise((resolve) => {
    const socket = net.connect(nameOf(real), () => {
      socket.destroy();
      resolve(true);
    });
    // A queue that is full is somebody's.
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "ECONNREFUSED"));
  });
}

const nameOf = (path: string): string => `\0sls-agent-${createHash("sha256").update(path).digest("hex").slice(0, 32)}`;

/** A name in Linux's abstract socket namespace: the kernel gives it to one process, and takes it back when that one dies. */
async function hold(path: string): Promise<() => void> {
  if (process.platform !== "linux") return () => undefined;
  const name = nameOf(path);
  const server = net.createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      reject(
        taken
          ? new Error(`another sls-agent runs with the data folder ${path}; stop it, or give another with --data-dir`)
          : error,
      );
    });
    server.listen(name, resolve);
  });
  server.unref();
  return () => void server.close();
}
