import { createSocket } from "node:dgram";
import * as net from "node:net";

/**
 * Below those that Linux gives to whoever asks for any port, each client among them: what is free is still free when its
 * program comes to listen there, and when that is started again.
 */
const [lowest, highest] = [12_000, 32_767];

const isFreeForTcp = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });

const isFreeForUdp = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.once("error", () => socket.close(() => resolve(false)));
    socket.bind(port, "127.0.0.1", () => socket.close(() => resolve(true)));
  });

/** A port that nobody listens on, for TCP or UDP. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest + 1));
    if ((await isFreeForTcp(port)) && (await isFreeForUdp(port))) return port;
  }
}
