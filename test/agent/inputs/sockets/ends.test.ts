/** How peers end a connection while their lines are still on the way; what came must not go with it. */
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import * as net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tls from "node:tls";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { relpFrame } from "../../../../agent/inputs/relp/frame";
import { RelpInput } from "../../../../agent/inputs/relp/relp";
import type { StreamInput } from "../../../../agent/inputs/sockets/stream-input";
import { tlsServer } from "../../../../agent/inputs/sockets/tls-server";
import { SyslogTcpInput } from "../../../../agent/inputs/syslog/tcp";
import { numbers } from "../../support/buffer";
import { authority, certificate, type CertificateFiles } from "../../support/certificates";
import { temporaryFolder } from "../../support/folder";
import { linesOf } from "../../support/lines";
import { until } from "../../support/world";

const open = relpFrame(1, "open", "relp_version=0\ncommands=syslog");
const asRelp = (lines: readonly string[]): string =>
  open + lines.map((line, i) => relpFrame(i + 2, "syslog", line)).join("");
const asLines = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");

describe("a peer that", () => {
  let [ca, server]: CertificateFiles[] = [];
  beforeAll(() => {
    const folder = mkdtempSync(join(tmpdir(), "sls-agent-ends-"));
    ca = authority(folder);
    server = certificate(folder, "server", ca);
    return () => rmSync(folder, { recursive: true });
  });

  /** An input of a kind, and a connection to it that was let in. */
  async function connected(kind: string) {
    const taken = linesOf();
    const path = join(temporaryFolder(), "sock");
    const place = kind === "unix" ? { path, setting: "inputs" } : { host: "127.0.0.1", port: 0, setting: "inputs" };
    const Kind: typeof SyslogTcpInput | typeof RelpInput = kind === "RELP" ? RelpInput : SyslogTcpInput;
    const files = server as CertificateFiles;
    const input: StreamInput = new Kind({
      ...taken.common,
      name: kind,
      place,
      committed: () => Promise.resolve(),
      ...(kind === "TLS"
        ? { createServer: tlsServer({ files, waits: taken.common.waits, onRefused: () => undefined }) }
        : {}),
    });
    onTestFinished(() => input.close());
    await until("the input listens", () => input.state === "listening");
    const socket: net.Socket =
      kind === "TLS"
        ? tls.connect({ port: input.port, host: "127.0.0.1", ca: readFileSync((ca as CertificateFiles).certFile) })
        : kind === "unix"
          ? net.connect(path)
          : net.connect(input.port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    socket.on("error", () => undefined);
    await until("the connection is let in", () => taken.events.some(({ type }) => type === "ConnectionOpened"));
    return { ...taken, input, socket };
  }

  it.each(["TCP", "TLS", "unix", "RELP"])(
    "ends its half of a connection over %s, with 8 MB on the way to an input that is held: all of it is taken",
    async (kind) => {
      const { input, socket, lines, events } = await connected(kind);
      const sent = numbers(0, 80_000).map((n) => n.padStart(100, "."));
      const closed = once(socket, "close");
      input.setHeld(true);
      socket.resume().end((kind === "RELP" ? asRelp : asLines)(sent));
      // Until the kernel takes no more of it.
      await until("some of it lies in the kernel", () => socket.bytesWritten > 0);
      input.setHeld(false);
      await until("all is taken", () => lines.length >= sent.length);
      expect(lines).toEqual(sent);
      await closed;
      await until("it is over here, too", () => events.some(({ type }) => type === "ConnectionClosed"));
    },
  );

  it.each(["TCP", "unix"])(
    "ends its half over %s in the moment in which the input is closed: what had come is taken",
    async (kind) => {
      const { input, socket, lines } = await connected(kind);
      input.setHeld(true);
      const sent = numbers(0, 2_000);
      await new Promise<void>((resolve) => socket.end(asLines(sent), resolve));
      await input.close();
      expect(lines).toEqual(sent);
    },
  );

  it("resets a connection, as a container that is ended does: what had come before is taken", async () => {
    const { input, socket, lines } = await connected("TCP");
    input.setHeld(true);
    const sent = numbers(0, 5_000);
    await new Promise<void>((resolve) => socket.write(asLines(sent), () => resolve()));
    const closed = once(socket, "close");
    socket.resetAndDestroy();
    await closed;
    input.setHeld(false);
    await until("all is taken", () => lines.length >= sent.length);
    expect(lines).toEqual(sent);
  });
});
