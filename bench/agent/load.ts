/** Sends syslog lines over TCP, in a process of its own: `lines` as fast as they are taken, or so many a second. */
import { once } from "node:events";
import * as net from "node:net";

const [port = "", format = "", lines = "0", perSecond = "0"] = process.argv.slice(2);
const lineBytes = 200;
const seconds = Math.floor(Date.now() / 1000);
/** What the messages of a machine with a known time carry. */
const data = '[timeQuality tzKnown="1" isSynced="1" syncAccuracy="1250"]';

function head(n: number): string {
  const [host, app, pid] = [`web-${n % 3}`, `app-${n % 5}`, 1000 + (n % 50)];
  switch (format) {
    case "sls":
      return `0.1 sys_tag ${seconds} 127.0.0.1 ${host} daemon.info 0 ${app} ${pid} -  `;
    case "sls-extended":
      return `0.1+sd sys_tag ${seconds}.123456 127.0.0.1 ${host} daemon.info 1 ${app} ${pid} - ${data} `;
    case "rfc3164":
      return `<30>Nov 21 09:00:00 ${host} ${app}[${pid}]: `;
    case "rfc5424":
      return `<30>1 2026-11-21T09:00:00.123456+08:00 ${host} ${app} ${pid} - - `;
    case "rfc5424-data":
      return `<30>1 2026-11-21T09:00:00.123456+08:00 ${host} ${app} ${pid} - ${data} `;
    default:
      throw new Error(`no format is named ${format}`);
  }
}

/** A line as rsyslog sends it, 200 bytes with its LF. */
function line(n: number, stamp: number): string {
  const text = `${head(n)}${stamp} GET /api/v1/tasks/${(n * 7919) % 1_000_000} status=${200 + (n % 4)} user=u${n % 977} `;
  return `${text.padEnd(lineBytes - 1, "took=12ms bytes=4711 ref=/index.html ")}\n`;
}

async function flood(socket: net.Socket, total: number): Promise<void> {
  const part = 5_000;
  const parts = Array.from({ length: 8 }, (_, p) =>
    Buffer.from(Array.from({ length: part }, (_, n) => line(p * part + n, 0)).join("")),
  );
  for (let sent = 0; sent < total; sent += part) {
    const chunk = parts[(sent / part) % parts.length] as Buffer;
    const rest = Math.min(part, total - sent) * lineBytes;
    if (!socket.write(chunk.subarray(0, rest))) await once(socket, "drain");
  }
}

async function steady(socket: net.Socket, total: number, rate: number): Promise<void> {
  const begun = performance.now();
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.ceil(((performance.now() - begun) / 1000) * rate));
    let text = "";
    for (; sent < due; sent++) text += line(sent, Date.now());
    if (text !== "" && !socket.write(text)) await once(socket, "drain");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

async function main(): Promise<void> {
  const socket = net.connect(Number(port), "127.0.0.1");
  await once(socket, "connect");
  if (Number(perSecond) > 0) await steady(socket, Number(lines), Number(perSecond));
  else await flood(socket, Number(lines));
  socket.end();
  socket.resume();
  await once(socket, "close");
}
void main().then(() => process.exit(0));
