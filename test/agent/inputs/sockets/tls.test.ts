import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, utimesSync } from "node:fs";
import * as net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tls from "node:tls";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { TlsFiles } from "../../../../agent/config/input-settings";
import { RelpInput } from "../../../../agent/inputs/relp/relp";
import { SyslogTcpInput } from "../../../../agent/inputs/syslog/tcp";
import { tlsServer } from "../../../../agent/inputs/sockets/tls-server";
import { authority, certificate, type CertificateFiles } from "../../support/certificates";
import { temporaryFolder } from "../../support/folder";
import { linesOf } from "../../support/lines";
import { skipWithoutOmrelp, startRsyslog } from "../../support/rsyslog";
import { until } from "../../support/world";

/** Files that the test may change. */
function copied(files: CertificateFiles): { certFile: string; keyFile: string } {
  const folder = temporaryFolder();
  const [certFile, keyFile] = [join(folder, "server.crt"), join(folder, "server.key")];
  copyFileSync(files.certFile, certFile);
  copyFileSync(files.keyFile, keyFile);
  // What is written over them is later, however seldom the file system's clock ticks.
  for (const file of [certFile, keyFile]) utimesSync(file, 1, 1);
  return { certFile, keyFile };
}

function open(files: TlsFiles, Kind: typeof SyslogTcpInput | typeof RelpInput = SyslogTcpInput) {
  const taken = linesOf();
  const refused: string[] = [];
  const input = new Kind({
    ...taken.common,
    name: "tls",
    place: { host: "127.0.0.1", port: 0, setting: "inputs" },
    committed: () => Promise.resolve(),
    createServer: tlsServer({ files, waits: taken.common.waits, onRefused: (_, why) => refused.push(why) }),
  });
  onTestFinished(() => input.close());
  return { ...taken, input, refused };
}

describe("TLS", () => {
  let [ca, server, renewed, client]: CertificateFiles[] = [];
  const files = (which: CertificateFiles | undefined): CertificateFiles => which as CertificateFiles;

  beforeAll(() => {
    const folder = mkdtempSync(join(tmpdir(), "sls-agent-tls-"));
    ca = authority(folder);
    server = certificate(folder, "server", ca);
    renewed = certificate(folder, "renewed", ca);
    client = certificate(folder, "client", ca);
    return () => rmSync(folder, { recursive: true });
  });

  async function connect(input: SyslogTcpInput, options: tls.ConnectionOptions = {}): Promise<tls.TLSSocket> {
    await until("the input listens", () => input.state === "listening");
    const trusted = readFileSync(files(ca).certFile);
    const socket = tls.connect({ port: input.port, host: "127.0.0.1", ca: trusted, ...options });
    onTestFinished(() => void socket.destroy());
    socket.on("error", () => undefined);
    await once(socket, "secureConnect");
    return socket;
  }

  it("bounds how many peers may begin and say nothing, and says that it did", async () => {
    const { input, refused } = open(files(server));
    await until("the input listens", () => input.state === "listening");
    const told = "1024 connections are open or being opened, no more are taken";
    const tooMany = (): number => refused.filter((why) => why === told).length;
    // In portions, which the kernel's queue of connections has room for.
    for (let portion = 0; portion < 11; portion++) {
      const begun = Array.from({ length: 100 }, async () => {
        const socket = net.connect(input.port, "127.0.0.1");
        onTestFinished(() => void socket.destroy());
        socket.on("error", () => undefined);
        await once(socket, "connect");
      });
      await Promise.all(begun);
    }
    await until("those beyond 1,024 are cut off", () => tooMany() > 0);
    expect(tooMany()).toBeLessThanOrEqual(76);
  });

  it("takes back what it waits for when the files are as they were", async () => {
    const own = copied(files(server));
    const { input, events } = open(own);
    const away = `${own.certFile}.away`;
    (await connect(input)).end();
    renameSync(own.certFile, away);
    (await connect(input)).end();
    await until("it waits", () => events.some(({ type }) => type === "WaitingFor"));
    renameSync(away, own.certFile);
    (await connect(input)).end();
    await until("the wait is over", () => events.some(({ type }) => type === "WaitOver"));
  });

  it("takes lines of openssl's client, which checks the certificate", async () => {
    const { input, lines, sources } = open(files(server));
    await until("the input listens", () => input.state === "listening");
    const args = [
      "s_client",
      "-connect",
      `127.0.0.1:${input.port}`,
      "-CAfile",
      files(ca).certFile,
      "-verify_return_error",
      "-quiet",
      "-no_ign_eof",
    ];
    const peer = spawn("openssl", args, { stdio: ["pipe", "ignore", "ignore"] });
    peer.stdin.write("one\ntwo\n");
    await until("both lines", () => lines.length === 2);
    peer.stdin.end();
    await once(peer, "exit");
    expect([lines, sources[0]]).toEqual([["one", "two"], "127.0.0.1"]);
  });

  it("asks clients for a certificate where an authority is given, and refuses those without", async () => {
    const { input, lines, refused } = open({ ...files(server), clientCaFile: files(ca).certFile });
    const { certFile, keyFile } = files(client);
    const good = await connect(input, { cert: readFileSync(certFile), key: readFileSync(keyFile) });
    good.write("good\n");
    await until("its line", () => lines.length === 1);
    // In TLS 1.3 the client learns of it with its first read.
    const bad = await connect(input);
    bad.write("bad\n");
    await until("it is cut off", () => bad.destroyed);
    expect(refused).toHaveLength(1);
    expect(refused[0]).toMatch(/peer did not return a certificate/);
    expect(lines).toEqual(["good"]);
  });

  it("uses renewed files from the next connection on, and the last good ones while they do not fit together", async () => {
    const own = copied(files(server));
    const { input, lines, events } = open(own);
    const name = (socket: tls.TLSSocket): string => String(socket.getPeerCertificate().subject.CN);
    const first = await connect(input);
    expect(name(first)).toBe("server");

    copyFileSync(files(renewed).certFile, own.certFile);
    expect(name(await connect(input))).toBe("server");
    expect(events.filter(({ type }) => type === "WaitingFor")).toMatchObject([
      { why: expect.stringMatching(/cannot be used: .*; the last good ones stay in use$/) },
    ]);

    copyFileSync(files(renewed).keyFile, own.keyFile);
    expect(name(await connect(input))).toBe("renewed");
    expect(events.map(({ type }) => type)).toContain("WaitOver");
    first.write("still there\n");
    await until("its line", () => lines.length === 1);
  });

  it("waits for files that are missing, and listens when they are there", async () => {
    const folder = temporaryFolder();
    const own = { certFile: join(folder, "c"), keyFile: join(folder, "k") };
    const { input, events } = open(own);
    await until("it waits", () => events.length > 0);
    expect(events[0]).toMatchObject({
      type: "WaitingFor",
      why: expect.stringContaining(`no such file or directory, stat '${own.certFile}'`),
    });
    copyFileSync(files(server).certFile, own.certFile);
    copyFileSync(files(server).keyFile, own.keyFile);
    await until("it listens", () => input.state === "listening");
  });

  it("is not upset by peers that speak no TLS, and closes while one is in its handshake", async () => {
    const { input, lines, refused } = open(files(server));
    await until("the input listens", () => input.state === "listening");
    const plain = net.connect(input.port, "127.0.0.1");
    plain.on("error", () => undefined);
    plain.write("<13>no TLS\n");
    await once(plain, "close");
    await until("it is refused", () => refused.length === 1);
    const silent = net.connect(input.port, "127.0.0.1");
    await once(silent, "connect");
    onTestFinished(() => void silent.destroy());
    await input.close();
    expect(lines).toEqual([]);
  });

  it.skipIf(skipWithoutOmrelp)("carries RELP of real omrelp, with certificates on both sides", async () => {
    const { input, lines } = open({ ...files(server), clientCaFile: files(ca).certFile }, RelpInput);
    await until("the input listens", () => input.state === "listening");
    const { certFile, keyFile } = files(client);
    const rsyslog = await startRsyslog(
      temporaryFolder(),
      'module(load="omrelp")',
      'template(name="MSG" type="string" string="%msg%")',
      `user.* action(type="omrelp" target="127.0.0.1" port="${input.port}" template="MSG" tls="on" tls.caCert="${files(ca).certFile}"
         tls.myCert="${certFile}" tls.myPrivKey="${keyFile}" tls.authMode="name" tls.permittedPeer=["server", "127.0.0.1", "localhost"])`,
    );
    const socket = net.connect(rsyslog.port, "127.0.0.1");
    const sent = Array.from({ length: 1000 }, (_, i) => `line ${i}`);
    socket.end(sent.map((line) => `<13>1 - h a - - - ${line}\n`).join(""));
    await until("all lines", () => lines.length === sent.length);
    expect(lines).toEqual(sent);
  });
});
