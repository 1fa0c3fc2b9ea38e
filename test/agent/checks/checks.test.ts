import { createSocket } from "node:dgram";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import * as net from "node:net";
import { join } from "node:path";
import { execFileSync } from "node:child_process";
import { describe, expect, it, onTestFinished } from "vitest";
import { checkCertificates, checkCredentialsFile, checkDataDir, checkOpenFiles } from "../../../agent/checks/files";
import { checkInputs } from "../../../agent/checks/inputs";
import { checkExceptions, checkPort, checkWay } from "../../../agent/checks/network";
import { checkInput } from "../../../agent/config/input-settings";
import { loadSettings, type Settings } from "../../../agent/config/settings";
import { noProxy, parseProxyAddress, proxyFromEnv } from "../../../sls/client";
import { authority, certificate } from "../support/certificates";
import { temporaryFolder } from "../support/folder";
import { canMount, tinyFileSystem } from "../support/full-disk";

const settings = (changed: Partial<Settings> = {}): Settings => ({
  ...loadSettings({ env: { SLS_AGENT_REGION: "cn-hangzhou", SLS_AGENT_PROJECTS: "my-project" } }),
  ...changed,
});

async function taken(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as net.AddressInfo).port;
}

it("an entry of NO_PROXY that excepts nothing is doubtful", () => {
  expect(checkExceptions(proxyFromEnv({ NO_PROXY: "localhost,10.0.0.0/8" }))).toEqual([
    {
      level: "warning",
      about: "NO_PROXY",
      message: "10.0.0.0/8 excepts nothing: there are no ranges and no paths; write each address",
    },
  ]);
});

describe("the data folder", () => {
  it("is good when it can be written, or made", () => {
    const folder = temporaryFolder();
    expect(checkDataDir(settings({ dataDir: folder }))).toEqual([]);
    expect(checkDataDir(settings({ dataDir: join(folder, "a", "b") }))).toEqual([]);
  });

  it("that is no folder is an error", () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    expect(checkDataDir(settings({ dataDir: join(file, "data") }))).toEqual([
      { level: "error", about: "dataDir", message: `${file} is no folder; give another with --data-dir or dataDir` },
    ]);
  });

  it("on which less is free than one logstore may need is doubtful", () => {
    const folder = temporaryFolder();
    expect(checkDataDir(settings({ dataDir: folder, bufferBytes: 2 ** 60 }))).toMatchObject([
      { level: "warning", about: "dataDir" },
    ]);
  });

  (canMount() ? it : it.skip)("that cannot be made is an error (needs root, to mount a disk that is read-only)", () => {
    const folder = tinyFileSystem();
    execFileSync("mount", ["-o", "remount,ro", folder]);
    expect(checkDataDir(settings({ dataDir: join(folder, "data") }))).toEqual([
      {
        level: "error",
        about: "dataDir",
        message: `${folder}/data cannot be made: ${folder} cannot be written by this user (EROFS)`,
      },
    ]);
  });
});

describe("files with secrets and certificates", () => {
  it("a credentials file that all may read is doubtful, one that is missing too: it may come later", () => {
    const credentialsFile = join(temporaryFolder(), "sts.json");
    expect(checkCredentialsFile(settings({ credentialsFile }))).toMatchObject([{ level: "warning" }]);
    writeFileSync(credentialsFile, "{}", { mode: 0o644 });
    expect(checkCredentialsFile(settings({ credentialsFile }))).toEqual([
      {
        level: "warning",
        about: "credentials.file",
        message: `${credentialsFile} can be used by every user of this machine; chmod o= it`,
      },
    ]);
    chmodSync(credentialsFile, 0o640);
    expect(checkCredentialsFile(settings({ credentialsFile }))).toEqual([]);
  });

  it("NODE_EXTRA_CA_CERTS must name certificates, and one that has ended is told", () => {
    const folder = temporaryFolder();
    const [key, cert, text, both] = ["key.pem", "cert.pem", "text", "both.pem"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
      string,
    ];
    // prettier-ignore
    execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=ours", "-keyout", key, "-out", cert], { stdio: "ignore" });
    writeFileSync(text, "no certificate");
    const check = (file: string, days = 0): unknown[] =>
      checkCertificates({ NODE_EXTRA_CA_CERTS: file }, new Date(Date.now() + days * 86_400_000));
    expect(checkCertificates({}, new Date())).toEqual([]);
    expect(check(cert)).toEqual([]);
    expect(check(cert, 3)).toMatchObject([
      { level: "warning", message: expect.stringContaining("CN=ours ended on") as string },
    ]);
    writeFileSync(both, readFileSync(cert, "utf8").repeat(3));
    expect(check(both)).toEqual([]);
    expect(check(both, 3)).toMatchObject([
      { message: expect.stringMatching(/CN=ours ended on .*, and 2 more of its 3$/) as string },
    ]);
    expect(check(text)).toMatchObject([{ level: "error", message: `${text} holds no certificate in PEM form` }]);
    expect(check(join(folder, "none"))).toMatchObject([
      { level: "error", message: `${folder}/none cannot be read (ENOENT)` },
    ]);
  });

  it("few open files are doubtful", () => {
    expect(checkOpenFiles(1024)).toEqual([]);
    expect(checkOpenFiles(256)).toMatchObject([{ level: "warning" }]);
  });
});

describe("inputs", () => {
  const checked = (inputs: object[], more: Partial<Settings> = {}): Promise<unknown> => {
    const read = inputs.map((input) => checkInput(input as Record<string, unknown>));
    const values = read.map((one) => ("value" in one ? one.value : expect.fail(one.mustBe)));
    const now = new Date();
    const path = process.env["PATH"] ?? "";
    return checkInputs(settings({ syslogPort: "off", ...more, inputs: values }), { running: false, now, path });
  };

  it("with TLS files that are not there, or no pair, are an error; ended ones are doubtful", async () => {
    const folder = temporaryFolder();
    const ca = authority(folder);
    const [one, two] = [certificate(folder, "one", ca), certificate(folder, "two", ca)];
    const tcp = (files: object): object => ({ type: "tcp", address: "127.0.0.1:0", ...files });
    expect(await checked([tcp(one)])).toEqual([]);
    expect(await checked([tcp({ ...one, keyFile: two.keyFile })])).toEqual([
      {
        level: "error",
        about: "inputs, item 1",
        message: expect.stringMatching(
          /^its TLS files cannot be used: \S+one\.crt and \S+two\.key cannot be used: /,
        ) as string,
      },
    ]);
    expect(await checked([tcp({ certFile: "/none", keyFile: "/none" })])).toMatchObject([
      { level: "error", message: expect.stringContaining("ENOENT") as string },
    ]);
    const later = { running: false, now: new Date(Date.now() + 3 * 86_400_000), path: "" };
    const { certFile, keyFile } = one;
    const source = { type: "tcp", host: "127.0.0.1", port: 0, tls: { certFile, keyFile } } as const;
    expect(
      await checkInputs(settings({ syslogPort: "off", inputs: [{ source, format: "auto" }] }), later),
    ).toMatchObject([{ level: "warning", message: expect.stringContaining("CN=one ended on") as string }]);
  });

  it("at a place that another one has are an error, whoever else has it a doubt", async () => {
    const port = await taken();
    const tcp = { type: "tcp", address: `127.0.0.1:${port}` };
    expect(await checked([tcp])).toMatchObject([{ level: "warning", about: "inputs, item 1" }]);
    expect(await checked([{ type: "udp", address: "127.0.0.1:9999" }, tcp], { relpPort: port })).toContainEqual({
      level: "error",
      about: "inputs, item 2",
      message: `TCP port ${port} on 127.0.0.1 is taken by relp.port already; give one of them another`,
    });
    const unix = { type: "unix", path: "/run/x.sock" };
    expect(await checked([unix, { ...unix, type: "unixgram" }])).toMatchObject([
      { level: "error", message: "socket /run/x.sock is taken by inputs, item 1 already; give one of them another" },
    ]);
  });

  it("whose UDP port is taken, or whose program is not there, are doubtful", async () => {
    const socket = createSocket("udp4").bind(0, "127.0.0.1");
    await once(socket, "listening");
    onTestFinished(() => void socket.close());
    const { port } = socket.address();
    expect(
      await checked([
        { type: "udp", address: `127.0.0.1:${port}` },
        { type: "exec", command: ["no-such-program", "secret"] },
        { type: "exec", command: ["sh"] },
      ]),
    ).toEqual([
      {
        level: "warning",
        about: "inputs, item 1",
        message: `another program has UDP 127.0.0.1:${port}; find it with "ss -lunp sport = :${port}"`,
      },
      {
        level: "warning",
        about: "inputs, item 2",
        message: "the program no-such-program is not there, or not to be run by this user",
      },
    ]);
  });
});

describe("ports and names", () => {
  it("a port that another program has is doubtful, unless that is our own agent", async () => {
    const port = await taken();
    expect(await checkPort("syslog.port", "127.0.0.1", port, true)).toEqual([]);
    expect(await checkPort("syslog.port", "127.0.0.1", 0, false)).toEqual([]);
    expect(await checkPort("syslog.port", "127.0.0.1", port, false)).toMatchObject([
      { level: "warning", message: expect.stringContaining(`another program listens on 127.0.0.1:${port}`) as string },
    ]);
    expect(await checkPort("syslog.port", "203.0.113.9", port, false)).toMatchObject([{ level: "error" }]);
  });

  it("a name that cannot be looked up is told once, as a doubt: the network may come up later", async () => {
    const endpoint = "http://cn-hangzhou.sls.invalid";
    expect(await checkWay(settings({ endpoint, projects: ["p1", "p2"] }), noProxy)).toMatchObject([
      {
        level: "warning",
        about: "endpoint",
        message: expect.stringMatching(/^p1\.\S+ cannot be looked up \(/) as string,
      },
      { level: "warning", about: "endpoint", message: expect.stringMatching(/^p2\./) as string },
    ]);
  });

  it("behind a proxy, it is the proxy that must be there", async () => {
    const through = (port: number): Parameters<typeof checkWay>[1] => ({
      https: parseProxyAddress("HTTPS_PROXY", `127.0.0.1:${port}`),
      noProxy: [],
    });
    expect(await checkWay(settings({ projects: ["p1", "p2"] }), through(await taken()))).toEqual([]);
    expect(await checkWay(settings({ projects: ["p1", "p2"] }), through(9))).toEqual([
      { level: "warning", about: "proxy", message: "127.0.0.1:9: ECONNREFUSED" },
    ]);
  });
});
