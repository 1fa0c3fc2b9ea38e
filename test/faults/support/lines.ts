/** Numbered lines over TCP, at a pace. */
import { once } from "node:events";
import * as net from "node:net";
import { pause } from "./bench";

/** As rsyslog writes it with the template of docs/agent.md. */
export const stepLine = (n: number, at = Date.now()): string =>
  `0.1 sys_tag ${Math.floor(at / 1000)} 127.0.0.1 vm user.info 0 app - -  ${n}\n`;
/** For rsyslog. */
export const rfc5424Line = (n: number): string => `<13>1 - h a - - - ${n}\n`;

export interface Pace {
  readonly perSecond: number;
  /** Until then, or until the connection ends. */
  readonly stop: () => boolean;
  readonly line?: (n: number) => string;
  /** Told the number of the line that is written next. */
  readonly told?: (next: number) => void;
}

/** Sends lines from `first` on. Resolves to the next number when the peer has closed. Waits while the peer takes nothing. */
export async function stream(
  port: number,
  first: number,
  { perSecond, stop, line = stepLine, told }: Pace,
): Promise<number> {
  // Without Nagle's wait for an answer: what is written is with the peer.
  const socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  let over = false;
  const closed = new Promise((resolve) => socket.on("close", resolve));
  socket.on("close", () => (over = true));
  socket.on("error", () => (over = true));
  let next = first;
  const begun = performance.now();
  while (!over && !stop()) {
    const due = first + Math.ceil(((performance.now() - begun) / 1000) * perSecond);
    let text = "";
    // What the peer does not take must not pile up here.
    const most = socket.writableLength < 1024 * 1024 ? due : next;
    for (; next < most; next++) text += line(next);
    if (text !== "") socket.write(text);
    told?.(next);
    await pause(2);
  }
  if (!over) {
    socket.end();
    socket.resume();
  }
  await closed;
  return next;
}

/** So many lines at once. */
export async function feed(port: number, first: number, count: number, line = rfc5424Line): Promise<void> {
  const socket = net.connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.end(Array.from({ length: count }, (_, i) => line(first + i)).join(""));
  socket.resume();
  await once(socket, "close");
}

/** For `stop` of a pace. */
export function after(ms: number): () => boolean {
  const begun = performance.now();
  return () => performance.now() - begun > ms;
}
