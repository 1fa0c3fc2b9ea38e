import { once } from "node:events";
import * as net from "node:net";
import { onTestFinished } from "vitest";

export interface CuttingProxy {
  readonly port: number;
  /** Connections cut so far. */
  readonly cuts: () => number;
  /** From now on nothing is cut. */
  heal(): void;
}

/** Passes TCP on to `target`, and resets each connection after so many bytes, in whichever direction they went. */
export async function cuttingProxy(target: number, bytesUntilCut: () => number): Promise<CuttingProxy> {
  let cuts = 0;
  let healed = false;
  const open = new Set<net.Socket>();
  const server = net.createServer((near) => {
    const far = net.connect(target, "127.0.0.1");
    let left = healed ? Infinity : bytesUntilCut();
    const cut = (): void => {
      for (const socket of [near, far]) if (!socket.destroyed) socket.resetAndDestroy();
    };
    const pass = (from: net.Socket, to: net.Socket): void => {
      open.add(from);
      from.on("data", (chunk: Buffer) => {
        const part = healed ? chunk : chunk.subarray(0, left);
        left -= part.length;
        to.write(part);
        if (left > 0) return;
        cuts++;
        // The last bytes before the cut do arrive.
        setImmediate(cut);
      });
      from.on("end", () => to.end());
      from.on("error", cut);
      from.on("close", () => open.delete(from));
    };
    pass(near, far);
    pass(far, near);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return { port: (server.address() as net.AddressInfo).port, cuts: () => cuts, heal: () => void (healed = true) };
}
