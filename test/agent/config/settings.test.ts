import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { machineAddresses, readIdentity } from "../../../agent/config/identity";
import { loadSettings, type Flags, type Settings } from "../../../agent/config/settings";
import { temporaryFolder } from "../support/folder";

const enough = { region: "cn-hangzhou", projects: ["my-log-project"] };

function folderWith(content: unknown): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "sls-agent.json"), typeof content === "string" ? content : JSON.stringify(content));
  return folder;
}
const load = (content: unknown, env: NodeJS.ProcessEnv = {}, flags: Flags = {}): Settings =>
  loadSettings({ configDir: folderWith(content), env, flags });
/** Message with the folder's name taken out. */
function refusal(content: unknown, env: NodeJS.ProcessEnv = {}, flags: Flags = {}): string {
  const configDir = folderWith(content);
  try {
    loadSettings({ configDir, env, flags });
  } catch (error) {
    return (error as Error).message.replaceAll(configDir, "DIR");
  }
  throw new Error("was accepted");
}

describe("settings", () => {
  it("have defaults for all but the region and the project", () => {
    expect(load(enough)).toMatchObject({
      endpoint: "cn-hangzhou.log.aliyuncs.com",
      projects: ["my-log-project"],
      syslogHost: "127.0.0.1",
      syslogPort: 11111,
      dataDir: "/var/lib/sls-agent",
      lingerMs: 100,
      drainSeconds: 10,
    });
  });

  it("may name further inputs, and versions of the stream format", () => {
    const inputs = [
      { type: "udp", address: "[::1]:514", tag: "net" },
      { type: "relp", address: "0.0.0.0:2514", certFile: "/c", keyFile: "/k", clientCaFile: "/a" },
      { type: "unix", path: "/run/log.sock" },
      { type: "stdin" },
      { type: "exec", command: ["vmstat", "5"], format: "auto" },
    ];
    const formats = [{ version: "2.1", fields: ["level", "method"] }];
    const settings = load({
      ...enough,
      inputs,
      streamlog_formats: formats,
      relp: { port: 0 },
      syslog: { port: "off" },
    });
    expect(settings).toMatchObject({ relpPort: 0, syslogPort: "off", streamLogFormats: formats });
    expect(settings.inputs).toEqual([
      { source: { type: "udp", host: "::1", port: 514 }, tag: "net", format: "auto" },
      {
        source: {
          type: "relp",
          host: "0.0.0.0",
          port: 2514,
          tls: { certFile: "/c", keyFile: "/k", clientCaFile: "/a" },
        },
        format: "auto",
      },
      { source: { type: "unix", path: "/run/log.sock" }, format: "auto" },
      { source: { type: "stdin" }, format: "raw" },
      { source: { type: "exec", command: ["vmstat", "5"] }, format: "auto" },
    ]);
  });

  it.each([
    [{ inputs: {} }, ", got no array"],
    [{ inputs: [1] }, ", got no object as item 1"],
    [
      { inputs: [{ type: "stdin" }, { type: "ucp" }] },
      ", got item 2, whose type must be one of tcp, relp, udp, unix, unixgram, stdin, exec",
    ],
    [
      { inputs: [{ type: "udp", address: "514" }] },
      ', got item 1, whose address must be an IP address and a port such as "127.0.0.1:514" or "[::1]:514"',
    ],
    [
      { inputs: [{ type: "udp", address: "1.1.1.1:1", certFile: "/c" }] },
      ', got item 1, whose key "certFile" is not known; udp has tag, format, address',
    ],
    [
      { inputs: [{ type: "tcp", address: "1.1.1.1:1", certFile: "/c" }] },
      ", got item 1, whose keyFile must be an absolute path of at most 4096 bytes",
    ],
    [
      { inputs: [{ type: "unix", path: "x" }] },
      ", got item 1, whose path must be an absolute path of at most 100 bytes",
    ],
    [
      { inputs: [{ type: "exec", command: "ls --password secret" }] },
      ', got item 1, whose command must be an array of texts without NUL such as ["vmstat", "5"]; no shell reads it',
    ],
    [
      { inputs: [{ type: "exec", command: ["ls", "secret\0"] }] },
      ', got item 1, whose command must be an array of texts without NUL such as ["vmstat", "5"]; no shell reads it',
    ],
    [{ inputs: [{ type: "stdin", format: "json" }] }, ", got item 1, whose format must be one of auto, raw"],
    [{ inputs: [{ type: "stdin", tag: "" }] }, ", got item 1, whose tag must be a text that is not empty"],
    [
      { streamlog_formats: [{ version: "1.5", fields: [] }] },
      ", got item 1, whose version must not begin with 0. or 1., which are Logtail's own",
    ],
    [
      { streamlog_formats: [{ version: "2 1", fields: [] }] },
      ", got item 1, whose version must be a text of 1 to 32 characters without spaces",
    ],
    [
      { streamlog_formats: [{ version: "2", fields: ["msg"] }] },
      ', got item 1, whose fields must be an array of names; "msg" comes after them by itself',
    ],
    [
      { streamlog_formats: [{ version: "2", fields: ["a", "a"] }] },
      ", got item 1, whose fields must differ from each other",
    ],
  ])("refuse %j and say what is allowed", (settings, problem) => {
    const told = refusal({ ...enough, ...settings });
    expect(told.endsWith(problem)).toBe(true);
    expect(told).not.toContain("secret");
  });

  it("come from the file, above it the environment, above that the flags", () => {
    const file = { ...enough, syslog: { port: 1 }, dataDir: "/file", compress: "none" };
    const env = { SLS_AGENT_SYSLOG_PORT: "2", SLS_AGENT_DATA_DIR: "/env" };
    expect(load(file, env, { syslogPort: "3" })).toMatchObject({ syslogPort: 3, dataDir: "/env", compress: "none" });
  });

  it("take one project or several, and the intranet endpoint of a region", () => {
    expect(load({ region: "cn-hangzhou", project: "my-log-project", network: "intranet" })).toMatchObject({
      endpoint: "cn-hangzhou-intranet.log.aliyuncs.com",
      projects: ["my-log-project"],
    });
    expect(load({}, { SLS_AGENT_REGION: "cn-beijing", SLS_AGENT_PROJECTS: "one-p, two-p" })).toMatchObject({
      endpoint: "cn-beijing.log.aliyuncs.com",
      projects: ["one-p", "two-p"],
    });
  });

  it("need no file", () => {
    const configDir = temporaryFolder();
    const flags = { endpoint: "http://localhost:80", projects: ["my-log-project"] };
    expect(loadSettings({ configDir, env: {}, flags }).endpoint).toBe("http://localhost:80");
  });

  it("that are missing are named with what to write", () => {
    expect(refusal({})).toBe(
      'no endpoint: write "region": "cn-hangzhou" into DIR/sls-agent.json, or set SLS_AGENT_REGION, or give --region\n' +
        'no project: write "projects": ["my-log-project"] into DIR/sls-agent.json, or set SLS_AGENT_PROJECTS, or give --project',
    );
  });

  it("that are wrong are all named, with where, what came and what is allowed", () => {
    const file = { region: "Hangzhou", projects: ["My_Project"], syslog: { port: 70000 }, compress: "brotli" };
    expect(refusal(file, { SLS_AGENT_LINGER_MS: "soon" }, { drainSeconds: "-1" }).split("\n")).toEqual([
      'DIR/sls-agent.json: region must be an Alibaba Cloud region id such as "cn-hangzhou" or "ap-southeast-1", got "Hangzhou"',
      'DIR/sls-agent.json: projects must be 3 to 63 lower-case letters, digits and hyphens, beginning and ending with a letter or digit, got "My_Project" (10 characters); try "my-project"',
      'DIR/sls-agent.json: syslog.port must be a whole number from 0 to 65535, or "off", got 70000',
      'DIR/sls-agent.json: compress must be one of lz4, deflate, zstd, none, got "brotli"',
      'SLS_AGENT_LINGER_MS: sender.lingerMs must be a whole number from 0 to 60000, got "soon"',
      "--drain-seconds: drainSeconds must be a whole number from 0 to 600, got -1",
    ]);
  });

  it("refuse an IP address as endpoint", () => {
    expect(refusal({ ...enough, endpoint: "http://127.0.0.1:8080" })).toBe(
      "DIR/sls-agent.json: endpoint must be a host name: the project's name is put in front of it, which an IP address " +
        'does not bear (behind a proxy, use the region\'s own name), got "http://127.0.0.1:8080"',
    );
  });

  it("that are unknown are refused, and an access key is sent elsewhere", () => {
    const [unknown, secret] = refusal({ ...enough, syslog: { prot: 1 }, accessKeySecret: "s3cr3t" }).split("\n");
    expect(unknown).toMatch(/^DIR\/sls-agent\.json: "syslog\.prot" is no setting; known are endpoint, region, /);
    expect(secret).toBe(
      'DIR/sls-agent.json: "accessKeySecret" is not read from this file, which others may read; put the access key into the ' +
        "environment (ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET), with systemd by EnvironmentFile=",
    );
  });

  it("come from the file that is named, and from no other; it must be there", () => {
    const folder = temporaryFolder();
    const file = join(folder, "mine.json");
    writeFileSync(file, '{ "region": "cn-hangzhou", "projects": ["mine"] }');
    writeFileSync(join(folder, "sls-agent.json"), '{ "projects": ["other"] }');
    expect(loadSettings({ configDir: folder, file, env: {} })).toMatchObject({ projects: ["mine"], configDir: folder });
    expect(() => loadSettings({ configDir: folder, file: `${file}5`, env: {} })).toThrow(
      `${file}5: no such file; write it, or give another with --config`,
    );
  });

  it("that are not JSON, or a folder that does not exist, are named", () => {
    expect(refusal("{")).toMatch(/^DIR\/sls-agent\.json: not valid JSON: /);
    expect(() => loadSettings({ configDir: "/no/such/folder", env: {} })).toThrow(
      "/no/such/folder: no such folder; make it, or give another with --config-dir",
    );
  });
});

describe("this machine's identity", () => {
  it("is the ids of the file and those of the variable, trimmed, each once", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "user_defined_id"), " logtail-id-dev \r\n\nweb\n");
    const { userDefinedIds } = readIdentity(folder, { ALIYUN_LOGTAIL_USER_DEFINED_ID: "web, extra" }, undefined);
    expect(userDefinedIds).toEqual(["logtail-id-dev", "web", "extra"]);
  });

  it("leaves out an id that no group can hold, and says so", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "user_defined_id"), "two words\ngood\n");
    const { userDefinedIds, problems } = readIdentity(folder, {}, undefined);
    expect(userDefinedIds).toEqual(["good"]);
    expect(problems).toEqual([
      'user-defined id must be 1 to 128 characters without spaces, commas or line ends, got "two words"',
    ]);
  });

  it("has no ids where there is no file, and throws where it cannot be read", () => {
    const folder = temporaryFolder();
    expect(readIdentity(folder, {}, undefined).userDefinedIds).toEqual([]);
    mkdirSync(join(folder, "user_defined_id"));
    expect(() => readIdentity(folder, {}, undefined)).toThrow("EISDIR");
  });

  it("has the given address first, then those of the network cards", () => {
    expect(readIdentity(temporaryFolder(), {}, "10.9.9.9").addresses[0]).toBe("10.9.9.9");
    const card = { netmask: "", mac: "", cidr: null };
    expect(
      machineAddresses({
        lo: [{ ...card, family: "IPv4", address: "127.0.0.1", internal: true }],
        eth0: [
          { ...card, family: "IPv6", address: "fe80::1", internal: false, scopeid: 1 },
          { ...card, family: "IPv4", address: "192.168.0.5", internal: false },
        ],
      }),
    ).toEqual(["192.168.0.5"]);
  });
});
