/** Fields of RFC 5424 beyond its limits (APP-NAME 48, HOSTNAME 255, PROCID 128, MSGID 32): a receiver must not lose others' lines by them. */
import { once } from "node:events";
import * as net from "node:net";
import { describe, expect, it } from "vitest";
import { boundService, startAgent } from "../../support/agent";
import { until } from "../../support/world";

const line = ({ host = "web-1", app = "app", procid = "7", msgid = "ID", data = "-", msg = "" }): string =>
  `<13>1 2026-11-21T06:55:43Z ${host} ${app} ${procid} ${msgid} ${data} ${msg}`;

const tooLong: Readonly<Record<string, Parameters<typeof line>[0]>> = {
  "APP-NAME of 49": { app: "a".repeat(49) },
  "APP-NAME of 4,000": { app: "a".repeat(4_000) },
  "HOSTNAME of 256": { host: "h".repeat(256) },
  "PROCID of 129": { procid: "1".repeat(129) },
  "MSGID of 33": { msgid: "M".repeat(33) },
  "SD-ID of 33": { data: `[${"i".repeat(33)} k="v"]` },
  "PARAM-NAME of 33": { data: `[x@1 ${"k".repeat(33)}="v"]` },
  "all of them": {
    host: "h".repeat(256),
    app: "a".repeat(49),
    procid: "1".repeat(129),
    msgid: "M".repeat(33),
  },
};

const framings: Readonly<Record<string, (text: string) => string>> = {
  "ended by LF": (text) => `${text}\n`,
  "counted in octets": (text) => `${Buffer.byteLength(text)} ${text}`,
  "ended by NUL": (text) => `${text}\0`,
};

describe("a line with a field that is too long", () => {
  it.each(Object.entries(framings))(
    "%s, is stored, and so are the lines around it and on other connections",
    async (_, frame) => {
      const service = boundService();
      const { port, stop } = startAgent(service);
      await until("it listens", () => port() > 0);
      const connect = async (): Promise<net.Socket> => {
        const socket = net.connect(port(), "127.0.0.1").resume();
        await once(socket, "connect");
        return socket;
      };
      const [mine, others] = [await connect(), await connect()];
      const sent: string[] = [];
      const send = (socket: net.Socket, of: Parameters<typeof line>[0]): void => {
        const msg = `number-${sent.length}`;
        sent.push(msg);
        socket.write(frame(line({ ...of, msg })));
      };
      for (const of of Object.values(tooLong)) {
        send(mine, {});
        send(mine, of);
        send(others, {});
      }
      mine.end();
      others.end();
      const stored = (): string[] =>
        service.sinkMade.stored.flatMap(({ group }) =>
          group.logs.map(({ contents }) => contents.map(([, value]) => Buffer.from(value).toString()).join(" ")),
        );
      await until("all are stored", () => stored().length >= sent.length);
      for (const msg of sent)
        expect(
          stored().filter((text) => text.endsWith(msg)),
          msg,
        ).toHaveLength(1);
      // Nothing of what is too long is cut off.
      expect(stored().filter((text) => text.includes("a".repeat(4_000)))).toHaveLength(1);
      expect(stored()).toHaveLength(sent.length);
      await stop();
    },
  );
});
