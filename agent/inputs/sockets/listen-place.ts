import { lstatSync, rmSync } from "node:fs";
import * as net from "node:net";

/** Where peers find an input. */
export type ListenPlace =
  | {
      readonly host: string;
      /** 0 for any free one. */
      readonly port: number;
      /** Where the port is said, for the remedy: `syslog.port, --port`. */
      readonly setting: string;
    }
  | { readonly path: string; readonly setting: string };

export const placeName = (place: ListenPlace): string =>
  "path" in place ? `socket ${place.path}` : `TCP port ${place.port} on ${place.host}`;

/** `port` is the one that was bound before, when there was one. */
export async function listen(server: net.Server, place: ListenPlace, port: number | undefined): Promise<void> {
  if (!("path" in place)) return listening(server, { host: place.host, port: port ?? place.port });
  // Any program of this machine may write, as to a port on loopback.
  const options = { path: place.path, readableAll: true, writableAll: true };
  try {
    await listening(server, options);
  } catch (error) {
    const taken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
    // A file of another kind refuses a connection, too.
    if (!taken || !isSocket(place.path) || (await answers(place.path))) throw error;
    // Left by a run that was killed: nobody listens there any more.
    rmSync(place.path, { force: true });
    await listening(server, options);
  }
}

function listening(server: net.Server, options: net.ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(options, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

const isSocket = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isSocket() ?? false;

const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "ECONNREFUSED"));
  });

/** Why it cannot listen there, and what to do about it. */
export function whyNot(error: NodeJS.ErrnoException, place: ListenPlace, port: number | undefined): string {
  const why = "path" in place ? pathProblem(error, place) : portProblem(error, place.setting, port ?? place.port);
  return `${why}; trying again every second`;
}

function portProblem(error: NodeJS.ErrnoException, setting: string, port: number): string {
  const remedies: Readonly<Record<string, string>> = {
    EADDRINUSE:
      `another program listens there; find it with "ss -ltnp sport = :${port}" and stop it (Logtail uses this port too), ` +
      `or give another port (${setting}) here and in rsyslog's forwarder`,
    EACCES: `ports below 1024 need CAP_NET_BIND_SERVICE; give a higher port (${setting}) here and in rsyslog's forwarder`,
    EADDRNOTAVAIL: `this machine has no such address; correct ${setting.includes("syslog.port") ? "syslog.host" : setting}`,
  };
  return remedies[error.code ?? ""] ?? error.message;
}

function pathProblem(error: NodeJS.ErrnoException, { path, setting }: { path: string; setting: string }): string {
  const remedies: Readonly<Record<string, string>> = {
    EADDRINUSE: `another program listens there; find it with "ss -lxp src ${path}" and stop it, or give another path (${setting})`,
    EACCES: `its folder may not be written by this user; give another path (${setting})`,
    ENOENT: `its folder does not exist; make it, or give another path (${setting})`,
  };
  return remedies[error.code ?? ""] ?? error.message;
}
