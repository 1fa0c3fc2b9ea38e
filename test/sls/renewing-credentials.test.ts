/** Temporary credentials: the metadata service of a local cloud, files, and time that is told. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import {
  FileCredentials,
  RenewingCredentials,
  ecsRoleCredentials,
  type Credentials,
  type CredentialsSource,
  type EcsRoleOptions,
  type TemporaryCredentials,
} from "../../sls";
import { makeRole, trustText } from "../support/access";
import { clientOf, testCloud, withLogstore, writerOf, type TestCloud } from "../support/local-cloud";
import { rpc } from "../support/rpc";

const minutes = 60_000;
const hours = 60 * minutes;

describe("renewing", () => {
  let time = 0;
  let fetched = 0;
  let answer: () => TemporaryCredentials = () => grant(time + 6 * hours);
  const said: string[] = [];
  const grant = (expiration: number): TemporaryCredentials => ({
    accessKeyId: `id-${fetched}`,
    accessKeySecret: "secret",
    expiration: new Date(expiration),
  });
  const source = (): RenewingCredentials =>
    new RenewingCredentials({
      now: () => new Date(time),
      fetch: async () => {
        fetched++;
        return answer();
      },
      onRenewed: (until) => said.push(`renewed until ${until?.toISOString()}`),
      onNotRenewed: (problem, until) => said.push(`not renewed: ${problem}, until ${until?.toISOString()}`),
    });
  const idOf = async (of: CredentialsSource): Promise<string> => (await of.getCredentials()).accessKeyId;
  const down = (): TemporaryCredentials => {
    throw new Error("metadata is down");
  };

  beforeEach(() => {
    time = Date.UTC(2026, 10, 21);
    fetched = 0;
    answer = () => grant(time + 6 * hours);
    said.length = 0;
  });

  test("asks once until 25 minutes before the end, then goes on with the old ones while it asks", async () => {
    const credentials = source();
    expect(await Promise.all([idOf(credentials), idOf(credentials)])).toEqual(["id-1", "id-1"]);
    time += 6 * hours - 26 * minutes;
    expect(await idOf(credentials)).toBe("id-1");
    expect(fetched).toBe(1);
    time += 2 * minutes;
    expect(await idOf(credentials)).toBe("id-1");
    expect(await idOf(credentials)).toBe("id-2");
    expect(said).toEqual(["renewed until 2026-11-21T06:00:00.000Z", "renewed until 2026-11-21T11:36:00.000Z"]);
  });

  test("that fails is tried again each minute; the old ones serve to their end, and not beyond", async () => {
    const credentials = source();
    await credentials.getCredentials();
    answer = down;
    for (time += 6 * hours - 24 * minutes; time < Date.UTC(2026, 10, 21, 6); time += 10_000) {
      expect(await idOf(credentials)).toBe("id-1");
    }
    expect(fetched).toBeGreaterThan(20);
    expect(fetched).toBeLessThan(28);
    await expect(credentials.getCredentials()).rejects.toMatchObject({
      code: "CredentialsMissing",
      message: "metadata is down",
    });
    expect(said.at(-1)).toBe("not renewed: metadata is down, until 2026-11-21T06:00:00.000Z");
    answer = () => grant(time + hours);
    time += 2_000;
    expect(await idOf(credentials)).toBe(`id-${fetched}`);
  });

  test("asks at most every 2 seconds while there are none", async () => {
    const credentials = source();
    answer = down;
    for (let i = 0; i < 10; i++) await expect(credentials.getCredentials()).rejects.toThrow("metadata is down");
    expect(fetched).toBe(1);
    time += 2_000;
    await expect(credentials.getCredentials()).rejects.toThrow("metadata is down");
    expect(fetched).toBe(2);
  });

  test("uses what it has just been given, though this machine's clock says that it has ended", async () => {
    const credentials = source();
    answer = () => grant(time - 2 * hours);
    expect(await idOf(credentials)).toBe("id-1");
    expect(await idOf(credentials)).toBe("id-1");
  });

  test("asks at once for others when the service refuses these, and not again within 2 seconds", async () => {
    const credentials = source();
    const refused = await credentials.getCredentials();
    time += 10_000;
    const others = await credentials.renew(refused);
    expect(others).toMatchObject({ accessKeyId: "id-2" });
    expect(await credentials.renew(refused)).toBe(others);
    expect(await credentials.renew(others as Credentials)).toBeUndefined();
    expect(fetched).toBe(2);
  });
});

describe("the role of the instance", () => {
  let cloud: TestCloud;
  let time = Date.now();
  const now = (): Date => new Date(time);
  const role = (options: Partial<EcsRoleOptions> = {}): CredentialsSource =>
    ecsRoleCredentials({ endpoint: cloud.metadataUrl ?? "", now, ...options });
  const ecs = (action: string, RamRoleName: string): Promise<{ status: number }> =>
    rpc(cloud, "ecs", action, { RamRoleName, InstanceIds: '["i-local0000000000000001"]' }, { now: now() });

  beforeAll(async () => {
    cloud = await testCloud({ now, metadata: { port: 0, tokens: "required" } });
    await makeRole(cloud, "vm", trustText({ Service: ["ecs.aliyuncs.com"] }), [{ Action: "log:*" }], { now: now() });
    await withLogstore(cloud);
  });
  afterAll(() => cloud.close());

  test("is said to be missing, with what to do", async () => {
    await expect(role().getCredentials()).rejects.toThrow(
      "no RAM role is attached to this ECS instance: attach one, or use an access key",
    );
    await expect(role({ role: "other" }).getCredentials()).rejects.toThrow(
      "the metadata service has no credentials of the RAM role other: attach it to this ECS instance",
    );
  });

  test("signs, and goes on signing after its credentials' end, which the service refuses", async () => {
    await ecs("AttachInstanceRamRole", "vm");
    const source = role({ now: () => new Date(time) });
    const old = await source.getCredentials();
    expect(old.securityToken).toMatch(/^CAIS/);
    const writer = writerOf(cloud, { credentials: source, now });
    onTestFinished(() => writer.close());
    const put = (): Promise<{ requestId: string }> =>
      writer.putLogs("test-project", "test-logstore", {
        topic: "",
        source: "10.0.0.1",
        tags: [],
        logs: [{ time: Math.floor(time / 1000), contents: [["msg", "hi"]] }],
      });
    await put();
    time += 7 * hours;
    const stale = writerOf(cloud, { credentials: { getCredentials: async () => old }, now });
    onTestFinished(() => stale.close());
    await expect(stale.putLogs("test-project", "test-logstore", new Uint8Array())).rejects.toMatchObject({
      code: "Unauthorized",
      message: expect.stringContaining("has expired") as string,
    });
    await put();
    expect((await source.getCredentials()).accessKeyId).not.toBe(old.accessKeyId);
  });

  test("that is told a wrong end is renewed by the service's refusal, within the same call", async () => {
    // As when this machine's clock is hours behind: to it, the credentials never end.
    const source = role({ now: () => new Date(time - 100 * hours) });
    const old = await source.getCredentials();
    time += 7 * hours;
    const client = clientOf(cloud, { credentials: source, now });
    onTestFinished(() => client.close());
    const before = cloud.requests.length;
    expect(await client.listMachineGroups("test-project")).toEqual([]);
    const came = cloud.requests.slice(before).filter(({ operation }) => operation === "ListMachineGroup");
    expect(came.map(({ status }) => status)).toEqual([401, 200]);
    expect((await source.getCredentials()).accessKeyId).not.toBe(old.accessKeyId);
  });

  test("is asked for without a token only where that is allowed", async () => {
    const paths: string[] = [];
    const old = createServer((request: IncomingMessage, reply) => {
      paths.push(`${request.method} ${request.url}`);
      if (request.method === "PUT") return reply.writeHead(404).end();
      const Expiration = new Date(time + hours).toISOString();
      const body = {
        Code: "Success",
        AccessKeyId: "id",
        AccessKeySecret: "secret",
        SecurityToken: "token",
        Expiration,
      };
      return reply.end(JSON.stringify(body));
    }).listen(0, "127.0.0.1");
    await once(old, "listening");
    onTestFinished(() => void old.close());
    const endpoint = `http://127.0.0.1:${(old.address() as AddressInfo).port}`;
    expect(await role({ endpoint, role: "vm" }).getCredentials()).toMatchObject({ securityToken: "token" });
    expect(paths).toEqual(["PUT /latest/api/token", "GET /latest/meta-data/ram/security-credentials/vm"]);
    await expect(role({ endpoint, role: "vm", tokensOnly: true }).getCredentials()).rejects.toThrow(
      "gave no token (HTTP 404), and ALIBABA_CLOUD_IMDSV1_DISABLED forbids to ask without one",
    );
  });

  test("elsewhere than on ECS fails soon, and says why", async () => {
    const silent = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(silent, "listening");
    onTestFinished(() => {
      silent.close();
      silent.closeAllConnections();
    });
    const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    await expect(role({ endpoint, timeoutMs: 50 }).getCredentials()).rejects.toThrow(
      `the metadata service at ${endpoint}/latest/api/token cannot be reached (no answer in 50 ms): ` +
        "it answers on ECS instances alone; elsewhere use an access key",
    );
  });
});

describe("a credentials file", () => {
  const folder = mkdtempSync(join(tmpdir(), "cdktf-sls-sts-"));
  const file = join(folder, "sts.json");
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const write = (value: object | string): void => {
    writeFileSync(`${file}.new`, typeof value === "string" ? value : JSON.stringify(value));
    renameSync(`${file}.new`, file);
  };
  const sts = (id: string): object => ({
    AccessKeyId: id,
    AccessKeySecret: "s",
    SecurityToken: "t",
    Expiration: "2026-11-21T06:00:00Z",
  });
  const said: string[] = [];
  const source = (): FileCredentials =>
    new FileCredentials({
      file,
      onRenewed: (until) => said.push(`until ${until?.toISOString()}`),
      onNotRenewed: (problem) => said.push(problem),
    });

  test("is read again when it has changed; while it is spoilt the last ones serve", async () => {
    write(sts("one"));
    const credentials = source();
    expect(await credentials.getCredentials()).toMatchObject({ accessKeyId: "one", securityToken: "t" });
    write({ RequestId: "R", Credentials: sts("two") });
    expect(await credentials.getCredentials()).toMatchObject({ accessKeyId: "two" });
    write('{"AccessKeyId": "thr');
    expect(await credentials.getCredentials()).toMatchObject({ accessKeyId: "two" });
    rmSync(file);
    expect(await credentials.getCredentials()).toMatchObject({ accessKeyId: "two" });
    write(sts("four"));
    expect(await credentials.renew(await source().getCredentials())).toBeUndefined();
    expect(await credentials.getCredentials()).toMatchObject({ accessKeyId: "four" });
    expect(said.filter((one) => one.startsWith("the "))).toEqual([
      `the credentials file ${file} is not JSON; write {"AccessKeyId", "AccessKeySecret", "SecurityToken", "Expiration"}`,
      `the credentials file ${file} cannot be read (ENOENT)`,
    ]);
  });

  test.each([
    ["{}", "has no AccessKeyId"],
    ['{"AccessKeyId": "id"}', "has no AccessKeySecret"],
    [
      '{"AccessKeyId": "id", "AccessKeySecret": "s", "Expiration": "soon"}',
      'has an Expiration that is no date: "soon"',
    ],
    ['{"Code": "Failed"}', 'says Code "Failed", not "Success"'],
    ["[1", "is not JSON"],
  ])("%s is refused", async (text, why) => {
    write(text);
    await expect(source().getCredentials()).rejects.toMatchObject({
      code: "CredentialsMissing",
      message: `the credentials file ${file} ${why}; write {"AccessKeyId", "AccessKeySecret", "SecurityToken", "Expiration"}`,
    });
  });
});
