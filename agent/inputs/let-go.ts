import type * as net from "node:net";
import type { World } from "../world";

/** At the end: a connection that has sent nothing for so long has nothing left in its socket … */
const quietMs = 100;
/** … and one that goes on sending after our end-of-connection is cut off after so long. */
const closeMs = 2_000;

/** One full turn of the event loop: sockets were looked at in it. */
export const turnOfTheLoop = async (): Promise<void> => {
  for (let i = 0; i < 2; i++) await new Promise((resolve) => setImmediate(resolve));
};

/** Resolves when nothing has come for a while: `chunks` counts what came. */
export async function untilQuiet(chunks: () => number, isOver: () => boolean, world: World): Promise<void> {
  for (let waited = 0; waited < closeMs && !isOver(); waited += quietMs) {
    const before = chunks();
    await world.sleep(quietMs);
    // A late timer says nothing of the socket: quiet is what was looked at and had nothing.
    await turnOfTheLoop();
    if (chunks() === before) return;
  }
}

/** Tells the peer the end, reads on until it is quiet or has ended too, then lets go. */
export async function letGo(socket: net.Socket, chunks: () => number, world: World): Promise<void> {
  socket.resume();
  socket.end();
  await untilQuiet(chunks, () => socket.destroyed, world);
  socket.destroy();
}

/** `::ffff:10.0.0.5` is how a socket that serves both families shows 10.0.0.5; a unix socket's peer is this machine. */
export const plainAddress = (address: string | undefined): string => (address ?? "127.0.0.1").replace(/^::ffff:/, "");

export const isLoopbackAddress = (address: string): boolean => address === "::1" || address.startsWith("127.");

export function peerOf(socket: net.Socket): { readonly address: string; readonly peer: string } {
  const address = plainAddress(socket.remoteAddress);
  return { address, peer: socket.remotePort === undefined ? "a local program" : `${address}:${socket.remotePort}` };
}
