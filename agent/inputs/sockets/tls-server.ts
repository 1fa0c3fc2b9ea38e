import { readFileSync, statSync } from "node:fs";
import type * as net from "node:net";
import * as tls from "node:tls";
import type { TlsFiles } from "../../config/input-settings";
import type { Waits } from "../../status/waits";

export interface TlsServerOptions {
  readonly files: TlsFiles;
  readonly waits: Waits;
  /** A peer with which no TLS came about. */
  readonly onRefused: (peer: string, why: string) => void;
}

/** From the first byte to the last of the handshake. */
const handshakeMs = 10_000;
/** Twice as many as StreamInput takes: who has not come to the end of the handshake is not counted there. */
const mostSockets = 1024;

/**
 * A server whose files are looked at with each connection: what is renewed counts from the next one on, without a restart.
 * Files that do not fit together (one is written, the other not yet) leave the last good ones in force.
 */
export function tlsServer(options: TlsServerOptions): (onConnection: (socket: net.Socket) => void) => net.Server {
  const { files, waits, onRefused } = options;
  const what = `TLS files ${Object.values(files).join(", ")}`;
  return (onConnection) => {
    let state = stateOf(files);
    const server = tls.createServer({
      ...contextOf(files),
      requestCert: files.clientCaFile !== undefined,
      rejectUnauthorized: files.clientCaFile !== undefined,
      minVersion: "TLSv1.2",
      handshakeTimeout: handshakeMs,
      allowHalfOpen: true,
    });
    server.prependListener("connection", () => {
      try {
        const found = stateOf(files);
        if (found === state) return waits.end(what);
        server.setSecureContext({ ...contextOf(files), minVersion: "TLSv1.2" });
        state = found;
        waits.end(what);
      } catch (error) {
        waits.begin(what, `${(error as Error).message}; the last good ones stay in use`);
      }
    });
    server.maxConnections = mostSockets;
    server.on("drop", (peer) =>
      onRefused(
        peer?.remoteAddress ?? "a peer",
        `${mostSockets} connections are open or being opened, no more are taken`,
      ),
    );
    server.on("secureConnection", onConnection);
    server.on("tlsClientError", (error, socket) =>
      onRefused(socket.remoteAddress ?? "a peer that is gone", error.message),
    );
    return server;
  };
}

/** Throws an error that names the files where they do not fit together. */
export function contextOf({ certFile, keyFile, clientCaFile }: TlsFiles): tls.SecureContextOptions {
  const context = {
    cert: readFileSync(certFile),
    key: readFileSync(keyFile),
    ...(clientCaFile === undefined ? {} : { ca: readFileSync(clientCaFile) }),
  };
  try {
    tls.createSecureContext(context);
  } catch (error) {
    throw new Error(`${certFile} and ${keyFile} cannot be used: ${(error as Error).message}`);
  }
  return context;
}

/** Changes when one of the files does. */
const stateOf = (files: TlsFiles): string =>
  Object.values(files as unknown as Record<string, string>)
    .map((file) => statSync(file))
    .map(({ ino, mtimeMs, size }) => `${ino} ${mtimeMs} ${size}`)
    .join();
