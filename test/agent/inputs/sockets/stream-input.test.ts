import { once } from "node:events";
import * as net from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { StreamInput, type StreamConnection } from "../../../../agent/inputs/sockets/stream-input";
import { linesOf } from "../../support/lines";
import { turn, until } from "../../support/world";

it("reads nothing into memory, but for one piece, of a peer that is paused", async () => {
  const sockets: net.Socket[] = [];
  const { world, emit, waits } = linesOf().common;
  const input = new StreamInput({
    name: "test",
    place: { host: "127.0.0.1", port: 0, setting: "test.port" },
    connect: (socket): StreamConnection => {
      sockets.push(socket);
      const closed = once(socket, "close").then(() => undefined);
      return { peer: "test", lastAt: 0, closed, setHeld: () => undefined, finish: () => socket.destroy() };
    },
    world,
    emit,
    waits,
  });
  onTestFinished(() => input.close());
  await until("it listens", () => input.state === "listening");
  const peer = net.connect(input.port, "127.0.0.1");
  onTestFinished(() => void peer.destroy());
  await until("the peer is there", () => sockets.length === 1);
  const [socket] = sockets as [net.Socket];
  socket.on("data", () => undefined);
  peer.write(Buffer.alloc(1_000));
  await until("it reads", () => socket.bytesRead === 1_000);
  socket.pause();
  peer.write(Buffer.alloc(1_000));
  await until("it has read the piece", () => socket.bytesRead === 2_000);
  for (let piece = 1; piece < 10; piece++) {
    await new Promise((resolve) => peer.write(Buffer.alloc(1_000), resolve));
    for (let i = 0; i < 5; i++) await turn();
  }
  expect(socket.bytesRead).toBe(2_000);
  socket.resume();
  await until("it reads on", () => socket.bytesRead === 11_000);
});
