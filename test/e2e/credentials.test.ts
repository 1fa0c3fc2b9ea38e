/** Each way to credentials that users of this cloud know, by the built command, against the local cloud's STS and metadata service. */
import { execFile } from "node:child_process";
import { generateKeyPairSync, sign } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { credentialProxyFor } from "../../deploy/credentials-proxy";
import { noProxy, parseProxyAddress, type Credentials } from "../../sls";
import { accountId, makeRole, makeUser, trustText } from "../support/access";
import { testCloud, withLogstore, type TestCloud } from "../support/local-cloud";
import { rpc } from "../support/rpc";
import { dist } from "../support/tools";

const run = promisify(execFile);
const home = mkdtempSync(join(tmpdir(), "cdktf-sls-home-"));
const tokenFile = join(home, "oidc-token");
const roleArn = (name: string): string => `acs:ram::${accountId}:role/${name}`;
const oidcProvider = `acs:ram::${accountId}:oidc-provider/gitlab`;
let cloud: TestCloud;
let user: Credentials;
let store: { project: string; logstore: string };

beforeAll(async () => {
  cloud = await testCloud();
  store = await withLogstore(cloud);
  user = await makeUser(cloud, "person", [{ Action: ["log:*", "sts:AssumeRole"] }]);
  const logs = [{ Action: "log:*" }];
  await makeRole(cloud, "deployer", trustText({ RAM: [`acs:ram::${accountId}:root`] }), logs);
  await makeRole(cloud, "vm", trustText({ Service: ["ecs.aliyuncs.com"] }), logs);
  await makeRole(cloud, "ci", trustText({ Federated: [oidcProvider] }, { StringEquals: { "oidc:aud": "sls" } }), logs);
  await gitlab();
  mkdirSync(join(home, ".aliyun"));
});
afterAll(async () => {
  await cloud.close();
  rmSync(home, { recursive: true, force: true });
});

/** An issuer of tokens, known to the cloud, and a job's token of it. */
async function gitlab(): Promise<void> {
  const issuer = "https://gitlab.example.com";
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  mkdirSync(join(cloud.folder, "oidc"));
  const keys = [{ ...publicKey.export({ format: "jwk" }), use: "sig" }];
  writeFileSync(join(cloud.folder, "oidc", "gitlab.json"), JSON.stringify({ issuer, keys }));
  const provider = { OIDCProviderName: "gitlab", IssuerUrl: issuer, ClientIds: "sls" };
  await rpc(cloud, "ims", "CreateOIDCProvider", provider);
  const now = Math.floor(Date.now() / 1000);
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { iss: issuer, sub: "project_path:a/b", aud: "sls", iat: now, exp: now + 600 };
  const text = `${encode({ alg: "RS256", typ: "JWT" })}.${encode(claims)}`;
  writeFileSync(tokenFile, `${text}.${sign("sha256", Buffer.from(text), privateKey).toString("base64url")}`);
}

function profiles(...list: readonly object[]): void {
  const withRegion = list.map((one) => ({ region_id: "cn-hangzhou", ...one }));
  writeFileSync(join(home, ".aliyun/config.json"), JSON.stringify({ current: "default", profiles: withRegion }));
}

const noKeys = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: "",
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: "",
  ALICLOUD_ACCESS_KEY: "",
  ALICLOUD_SECRET_KEY: "",
};

/** The key id by which the cloud was asked last, or the error. */
async function search(extra: NodeJS.ProcessEnv = {}, ...args: string[]): Promise<{ key: string; error: string }> {
  const env = { ...process.env, ...cloud.env(), ...noKeys, HOME: home, NO_COLOR: "1", ...extra };
  const { project, logstore } = store;
  const command = [dist("cli/main.js"), "search", "*", "--project", project, "--logstore", logstore, ...args];
  try {
    await run(process.execPath, command, { env });
  } catch (error) {
    return { key: "", error: (error as { stderr: string }).stderr };
  }
  const last = cloud.requests.filter(({ operation }) => operation === "GetLogStoreLogs").at(-1);
  return { key: last?.accessKeyId ?? "", error: "" };
}

const ofPerson = (): object => ({ access_key_id: user.accessKeyId, access_key_secret: user.accessKeySecret });

test("a profile of the CLI: AK", async () => {
  profiles({ name: "default", mode: "AK", ...ofPerson() });
  expect(await search()).toEqual({ key: user.accessKeyId, error: "" });
});

test("a profile of the CLI: RamRoleArn, named, though there are keys in the environment", async () => {
  const role = { ram_role_arn: roleArn("deployer"), ram_session_name: "s-1", expired_seconds: 900 };
  profiles(
    { name: "default", mode: "AK", ...ofPerson() },
    { name: "team", mode: "RamRoleArn", ...ofPerson(), ...role },
  );
  const { key, error } = await search({ ALICLOUD_ACCESS_KEY: "x", ALICLOUD_SECRET_KEY: "y" }, "--profile", "team");
  expect([error, key]).toEqual(["", expect.stringMatching(/^STS\./)]);
});

test("a profile of the CLI: StsToken", async () => {
  const given = await rpc(
    cloud,
    "sts",
    "AssumeRole",
    { RoleArn: roleArn("deployer"), RoleSessionName: "s-2" },
    { credentials: user },
  );
  const { AccessKeyId, AccessKeySecret, SecurityToken } = given["Credentials"] as Record<string, string>;
  const keys = { access_key_id: AccessKeyId, access_key_secret: AccessKeySecret, sts_token: SecurityToken };
  profiles({ name: "default", mode: "StsToken", ...keys });
  expect(await search()).toEqual({ key: AccessKeyId, error: "" });
});

test("a profile of the CLI: OIDC", async () => {
  const oidc = { oidc_token_file: tokenFile, oidc_provider_arn: oidcProvider, ram_role_arn: roleArn("ci") };
  profiles({ name: "default", mode: "OIDC", ...oidc, ram_session_name: "s-3" });
  const { key, error } = await search();
  expect([error, key]).toEqual(["", expect.stringMatching(/^STS\./)]);
});

test("the OIDC token of a pipeline's job", async () => {
  rmSync(join(home, ".aliyun/config.json"));
  const { key, error } = await search({
    ALIBABA_CLOUD_OIDC_TOKEN_FILE: tokenFile,
    ALIBABA_CLOUD_OIDC_PROVIDER_ARN: oidcProvider,
    ALIBABA_CLOUD_ROLE_ARN: roleArn("ci"),
    ALIBABA_CLOUD_ROLE_SESSION_NAME: "job-1",
  });
  expect([error, key]).toEqual(["", expect.stringMatching(/^STS\./)]);
});

test("`ci exec` gives a command the role's keys, without the token and the role that gave them", async () => {
  const env = {
    ...process.env,
    ...cloud.env(),
    ...noKeys,
    HOME: home,
    CDKTF_SLS_ID_TOKEN: readFileSync(tokenFile, "utf8"),
    ALIBABA_CLOUD_OIDC_PROVIDER_ARN: oidcProvider,
    ALIBABA_CLOUD_ROLE_ARN: roleArn("ci"),
  };
  const names = ["CDKTF_SLS_ID_TOKEN", "ALIBABA_CLOUD_ROLE_ARN", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN"];
  const program = `console.log(JSON.stringify(["ALICLOUD_ACCESS_KEY", ...${JSON.stringify(names)}].map((name) => process.env[name])))`;
  const { stdout } = await run(
    process.execPath,
    [dist("cli/main.js"), "ci", "exec", "--", process.execPath, "-e", program],
    { env },
  );
  // Terraform's provider would assume the role once more, by its name.
  expect(JSON.parse(stdout)).toEqual([expect.stringMatching(/^STS\./), "", "", ""]);
});

test("the RAM role of the ECS instance, and a profile that names it", async () => {
  const InstanceIds = JSON.stringify(["i-local0000000000000001"]);
  await rpc(cloud, "ecs", "AttachInstanceRamRole", { RamRoleName: "vm", InstanceIds });
  const fromChain = await search();
  expect([fromChain.error, fromChain.key]).toEqual(["", expect.stringMatching(/^STS\./)]);
  profiles({ name: "default", mode: "EcsRamRole", ram_role_name: "vm" });
  const fromProfile = await search({}, "--profile", "default");
  expect([fromProfile.error, fromProfile.key]).toEqual(["", expect.stringMatching(/^STS\./)]);
  await rpc(cloud, "ecs", "DetachInstanceRamRole", { RamRoleName: "vm", InstanceIds });
});

test("a profile that is not there, and a role that may not be assumed, say so", async () => {
  profiles({ name: "default", mode: "AK", ...ofPerson() });
  expect((await search({}, "--profile", "nope")).error).toMatch(
    /profile "nope" of ~\/.aliyun\/config.json: unable to get profile with 'nope'.*`aliyun configure list`/,
  );
  profiles({ name: "default", mode: "RamRoleArn", ...ofPerson(), ram_role_arn: roleArn("vm"), ram_session_name: "s" });
  const { error } = await search({}, "--profile", "default");
  expect(error).toMatch(/profile "default" of .*/);
  expect(error).not.toContain(user.accessKeySecret);
});

test("a file that cannot be read is named, and what is in it is not", async () => {
  writeFileSync(join(home, ".aliyun/config.json"), `{"profiles": [{"access_key_secret": "${user.accessKeySecret}"`);
  const { error } = await search();
  expect(error).toMatch(/config\.json is not JSON; write it anew with `aliyun configure`/);
  expect(error).not.toContain(user.accessKeySecret);
});

test("the metadata service is asked past a proxy, unless that is on this machine", () => {
  const proxied = (proxy: string): string | undefined =>
    credentialProxyFor(
      { ...noProxy, http: parseProxyAddress("HTTP_PROXY", proxy) },
      new URL("http://100.100.100.200/latest/"),
    )?.host;
  expect(proxied("http://proxy.corp:3128")).toBeUndefined();
  expect(proxied("http://127.0.0.1:8888")).toBe("127.0.0.1");
});

test.each<[string, readonly string[], NodeJS.ProcessEnv]>([
  ["cn-hangzhou.log.aliyuncs.com", [], {}],
  ["cn-hangzhou-intranet.log.aliyuncs.com", ["--network", "intranet"], {}],
  ["cn-hangzhou-share.log.aliyuncs.com", ["--network", "share"], { SLS_ENDPOINT: "cn-beijing.log.aliyuncs.com" }],
  ["cn-hangzhou.sls.aliyuncs.com", [], { SLS_ENDPOINT: "cn-hangzhou.sls.aliyuncs.com" }],
  ["cn-hangzhou.log.aliyuncs.com", ["--endpoint", "cn-hangzhou.log.aliyuncs.com"], { SLS_ENDPOINT: "cn-beijing.x" }],
])("asks %s with %j and %j", async (endpoint, args, extra) => {
  profiles({ name: "default", mode: "AK", ...ofPerson() });
  expect((await search(extra, ...args)).error).toBe("");
  const last = cloud.requests.filter(({ operation }) => operation === "GetLogStoreLogs").at(-1);
  expect(last?.host.replace(/:\d+$/, "")).toBe(`${store.project}.${endpoint}`);
});
