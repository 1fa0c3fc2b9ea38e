/** STS: assuming a role by a user, by another role, and by the token of a GitLab job; and who one is. */
import { generateKeyPairSync, sign, type JsonWebKey, type KeyObject } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accountId, credentialsOf, makeRole, makeUser, policyText, trustText } from "../../support/access";
import { testCloud, type TestCloud } from "../../support/local-cloud";
import { memberOf, rpc, type RpcReply } from "../../support/rpc";
import type { Credentials } from "../../../sls";

let cloud: TestCloud;
const time = new Date();
let user: Credentials;
const now = (): Date => new Date(time);

type Given = Readonly<Record<string, string>>;
const at = (credentials?: Credentials): { now: Date; credentials?: Credentials } => ({
  now: now(),
  ...(credentials ? { credentials } : {}),
});
const assume = (RoleArn: string, given: Given = {}, credentials = user): Promise<RpcReply> =>
  rpc(cloud, "sts", "AssumeRole", { RoleArn, RoleSessionName: "session-1", ...given }, at(credentials));
const whoIs = (credentials?: Credentials): Promise<RpcReply> =>
  rpc(cloud, "sts", "GetCallerIdentity", {}, at(credentials));
const inAccount = trustText({ RAM: [`acs:ram::${accountId}:root`] });

beforeAll(async () => {
  cloud = await testCloud({ now });
  user = await makeUser(cloud, "caller", [{ Action: "sts:AssumeRole" }], at());
});
afterAll(() => cloud.close());

describe("AssumeRole", () => {
  test("gives out credentials that are the role's, for as long as was asked", async () => {
    const arn = await makeRole(cloud, "Plain", inAccount, [{ Action: "log:*" }], at());
    const reply = await assume(arn, { DurationSeconds: "1800" });
    expect(reply).toMatchObject({
      status: 200,
      AssumedRoleUser: {
        Arn: `acs:ram::${accountId}:role/Plain/session-1`,
        AssumedRoleId: expect.stringMatching(/^\d{18}:session-1$/) as string,
      },
      Credentials: { AccessKeyId: expect.stringMatching(/^STS\./) as string },
    });
    const end = Date.parse(String(memberOf(reply, "Credentials.Expiration")));
    expect(Math.abs(end - time.getTime() - 1_800_000)).toBeLessThan(1000);
    expect(await whoIs(credentialsOf(reply))).toMatchObject({
      IdentityType: "AssumedRoleUser",
      AccountId: accountId,
      Arn: `acs:ram::${accountId}:assumed-role/Plain/session-1`,
      PrincipalId: memberOf(reply, "AssumedRoleUser.AssumedRoleId"),
    });
  });

  test.each<[string, Given, object]>([
    ["a session name that is none", { RoleSessionName: "a b" }, { Code: "InvalidParameter.RoleSessionName" }],
    ["less than 15 minutes", { DurationSeconds: "899" }, { Code: "InvalidParameter.DurationSeconds" }],
    ["more than the role's longest", { DurationSeconds: "3601" }, { Code: "InvalidParameter.DurationSeconds" }],
    ["a policy that is none", { Policy: "{" }, { Code: "InvalidParameter.PolicyGrammar" }],
    ["an ARN that is none", { RoleArn: "role/x" }, { Code: "InvalidParameter.RoleArn" }],
    [
      "a role that is not there",
      { RoleArn: `acs:ram::${accountId}:role/none` },
      { status: 404, Code: "EntityNotExist.Role" },
    ],
  ])("refuses %s", async (_what, given, wanted) => {
    expect(await assume(`acs:ram::${accountId}:role/Plain`, given)).toMatchObject({ status: 400, ...wanted });
  });

  test("refuses the account itself, a user that may not call it, and one whom the role does not trust", async () => {
    const arn = `acs:ram::${accountId}:role/Plain`;
    expect(await assume(arn, {}, cloud.credentials)).toMatchObject({
      status: 403,
      Code: "NoPermission",
      Message: "Roles may not be assumed by root accounts.",
    });
    const weak = await makeUser(cloud, "weak", [{ Action: "log:*" }], at());
    expect(await assume(arn, {}, weak)).toMatchObject({
      status: 403,
      Code: "NoPermission",
      Message: "You are not authorized to do this action. You should be authorized by RAM.",
    });
    const others = await makeRole(
      cloud,
      "others",
      trustText({ RAM: [`acs:ram::${accountId}:user/ann`] }),
      [{ Action: "*" }],
      at(),
    );
    expect(await assume(others)).toMatchObject({ status: 403, AccessDeniedDetail: { PolicyType: "AssumeRolePolicy" } });
  });

  test("follows conditions of the trust policy", async () => {
    const trust = trustText({ RAM: ["*"] }, { StringEquals: { "sts:ExternalId": "secret-word" } });
    const arn = await makeRole(cloud, "external", trust, [{ Action: "*" }], at());
    expect(await assume(arn)).toMatchObject({ status: 403 });
    expect(await assume(arn, { ExternalId: "secret-word" })).toMatchObject({ status: 200 });
  });

  test("lets a role assume another that trusts it", async () => {
    const first = await makeRole(cloud, "first", inAccount, [{ Action: "sts:AssumeRole" }], at());
    const second = await makeRole(cloud, "second", trustText({ RAM: [first] }), [{ Action: "*" }], at());
    const session = credentialsOf(await assume(first));
    expect(await assume(second, {}, session)).toMatchObject({ status: 200 });
    expect(await assume(second)).toMatchObject({ status: 403 });
  });
});

test("GetCallerIdentity knows the account and its users", async () => {
  expect(await whoIs()).toMatchObject({ IdentityType: "Account", Arn: `acs:ram::${accountId}:root` });
  expect(await whoIs(user)).toMatchObject({ IdentityType: "RAMUser", Arn: `acs:ram::${accountId}:user/caller` });
});

test.each<[string, (session: Credentials) => Credentials, object]>([
  [
    "left out",
    ({ accessKeyId, accessKeySecret }) => ({ accessKeyId, accessKeySecret }),
    { Code: "MissingSecurityToken" },
  ],
  [
    "of another session",
    (session) => ({ ...session, securityToken: "x" }),
    { Code: "InvalidSecurityToken.MismatchWithAccessKey" },
  ],
  ["of no key", () => ({ ...user, securityToken: "x" }), { Code: "InvalidSecurityToken.MismatchWithAccessKey" }],
])("a token that is %s is refused", async (_what, change, wanted) => {
  const session = credentialsOf(await assume(`acs:ram::${accountId}:role/Plain`));
  expect(await whoIs(change(session))).toMatchObject({ status: 400, ...wanted });
});

describe("AssumeRoleWithOIDC", () => {
  const issuer = "https://gitlab.example.com";
  const arn = `acs:ram::${accountId}:role/ci`;
  const provider = `acs:ram::${accountId}:oidc-provider/gitlab`;
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const other = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });

  interface Token {
    readonly claims?: object;
    readonly key?: KeyObject;
    readonly header?: object;
  }
  /** As GitLab makes them for `id_tokens`. */
  function tokenOf({ claims = {}, key = rsa.privateKey, header = {} }: Token = {}): string {
    const seconds = Math.floor(time.getTime() / 1000);
    const sub = "project_path:group/app:ref_type:branch:ref:main";
    const payload = { iss: issuer, sub, aud: "sls", iat: seconds, nbf: seconds - 5, exp: seconds + 300, ...claims };
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const text = `${encode({ alg: key.asymmetricKeyType === "ec" ? "ES256" : "RS256", typ: "JWT", ...header })}.${encode(payload)}`;
    const signature = sign("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" });
    return `${text}.${signature.toString("base64url")}`;
  }
  const jwk = (key: KeyObject, kid: string): JsonWebKey => ({ ...key.export({ format: "jwk" }), kid, use: "sig" });
  const exchange = (OIDCToken: string, given: Given = {}): Promise<RpcReply> => {
    const all = { RoleArn: arn, OIDCProviderArn: provider, RoleSessionName: "job-1", OIDCToken, ...given };
    return rpc(cloud, "sts", "AssumeRoleWithOIDC", all, { credentials: null, now: now() });
  };

  beforeAll(async () => {
    const folder = join(cloud.folder, "oidc");
    mkdirSync(folder);
    const keys = [jwk(rsa.publicKey, "one"), jwk(ec.publicKey, "two")];
    writeFileSync(join(folder, "gitlab.json"), JSON.stringify({ issuer, keys }));
    await rpc(
      cloud,
      "ims",
      "CreateOIDCProvider",
      { OIDCProviderName: "gitlab", IssuerUrl: issuer, ClientIds: "sls" },
      at(),
    );
    const trust = trustText(
      { Federated: [provider] },
      {
        StringEquals: { "oidc:iss": issuer, "oidc:aud": "sls" },
        StringLike: { "oidc:sub": "project_path:group/app:*:ref:main" },
      },
    );
    await makeRole(cloud, "ci", trust, [{ Action: "sts:GetCallerIdentity" }], at());
  });

  test.each([
    ["RS256", {}],
    ["RS256 with a key id", { header: { kid: "one" } }],
    ["ES256", { key: ec.privateKey }],
    ["several audiences", { claims: { aud: ["other", "sls"] } }],
  ])("takes a token: %s", async (_what, token) => {
    const reply = await exchange(tokenOf(token));
    expect(reply).toMatchObject({
      status: 200,
      AssumedRoleUser: { Arn: `${arn}/job-1` },
      OIDCTokenInfo: { Issuer: issuer, VerificationInfo: "Success" },
    });
    expect(await whoIs(credentialsOf(reply))).toMatchObject({ Arn: `acs:ram::${accountId}:assumed-role/ci/job-1` });
  });

  test.each<[string, () => string, string]>([
    ["that is over", () => tokenOf({ claims: { exp: Math.floor(time.getTime() / 1000) } }), "Expired"],
    ["of another issuer", () => tokenOf({ claims: { iss: "https://evil.example.com" } }), "Invalid"],
    ["for another audience", () => tokenOf({ claims: { aud: "other" } }), "Invalid"],
    [
      "issued too long ago",
      () => tokenOf({ claims: { iat: Math.floor(time.getTime() / 1000) - 13 * 3600 } }),
      "Invalid",
    ],
    ["signed with another key", () => tokenOf({ key: other.privateKey }), "Invalid"],
    ["of a key that the issuer has not", () => tokenOf({ header: { kid: "three" } }), "Invalid"],
    ["not signed at all", () => tokenOf({ header: { alg: "none" } }), "Invalid"],
    ["of another algorithm than its key's", () => tokenOf({ header: { alg: "ES256" } }), "Invalid"],
    ["that is none", () => "abc", "Invalid"],
    ["of three empty parts", () => "..", "Invalid"],
  ])("refuses a token %s", async (_what, make, kind) => {
    expect(await exchange(make())).toMatchObject({ status: 400, Code: `AuthenticationFail.OIDCToken.${kind}` });
  });

  test("refuses a token whose payload was changed after it was signed", async () => {
    const [header, , signature] = tokenOf().split(".");
    const [, payload] = tokenOf({ claims: { sub: "project_path:group/app:ref_type:branch:ref:main", extra: 1 } }).split(
      ".",
    );
    expect(await exchange([header, payload, signature].join("."))).toMatchObject({
      Code: "AuthenticationFail.OIDCToken.Invalid",
    });
  });

  test("refuses what the trust policy does not say: another branch, another provider", async () => {
    const branch = tokenOf({ claims: { sub: "project_path:group/app:ref_type:branch:ref:feature" } });
    expect(await exchange(branch)).toMatchObject({ status: 403, Code: "AuthenticationFail.NoPermission" });
    const none = { OIDCProviderArn: `acs:ram::${accountId}:oidc-provider/none` };
    expect(await exchange(tokenOf(), none)).toMatchObject({
      status: 403,
      Code: "AuthenticationFail.NoPermission",
      Message: "Parameter OIDCProviderArn is not valid",
    });
  });

  test("says where to put keys that it does not have", async () => {
    const given = { OIDCProviderName: "far", IssuerUrl: "https://far.example.com", ClientIds: "sls" };
    await rpc(cloud, "ims", "CreateOIDCProvider", given, at());
    const reply = await exchange(tokenOf(), { OIDCProviderArn: `acs:ram::${accountId}:oidc-provider/far` });
    expect(reply).toMatchObject({ Code: "AuthenticationFail.OIDCToken.Invalid" });
    expect(reply["Message"]).toMatch(
      /^no keys of https:\/\/far\.example\.com: put its JWKS with a member "issuer" into .*\/oidc as a \.json file$/,
    );
  });

  describe("by an issuer on this machine", () => {
    let server: Server;
    let local: string;
    beforeAll(async () => {
      server = createServer((request, response) => {
        const found: Record<string, object> = {
          "/.well-known/openid-configuration": { issuer: local, jwks_uri: `${local}/keys` },
          "/keys": { keys: [jwk(other.publicKey, "local")] },
        };
        const body = found[request.url ?? ""];
        response.writeHead(body ? 200 : 404, { "content-type": "application/json" }).end(JSON.stringify(body ?? {}));
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      local = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const given = { OIDCProviderName: "local", IssuerUrl: local, ClientIds: "sls" };
      await rpc(cloud, "ims", "CreateOIDCProvider", given, at());
      const trust = trustText({ Federated: [`acs:ram::${accountId}:oidc-provider/local`] });
      await makeRole(cloud, "local-ci", trust, [{ Action: "log:*" }], at());
    });
    afterAll(() => new Promise((resolve) => server.close(resolve)));

    test("takes the keys that its discovery document names", async () => {
      const given = {
        RoleArn: `acs:ram::${accountId}:role/local-ci`,
        OIDCProviderArn: `acs:ram::${accountId}:oidc-provider/local`,
      };
      const token = tokenOf({ claims: { iss: local }, key: other.privateKey });
      expect(await exchange(token, given)).toMatchObject({ status: 200 });
      expect(await exchange(tokenOf({ claims: { iss: local } }), given)).toMatchObject({
        Code: "AuthenticationFail.OIDCToken.Invalid",
      });
    });
  });
});

test("a session policy cannot give more than the role has", async () => {
  const arn = await makeRole(cloud, "narrow", inAccount, [{ Action: "ram:GetRole" }], at());
  const session = credentialsOf(await assume(arn, { Policy: policyText({ Action: "*" }) }));
  expect(await rpc(cloud, "ram", "GetRole", { RoleName: "narrow" }, at(session))).toMatchObject({ status: 200 });
  expect(await rpc(cloud, "ram", "ListRoles", {}, at(session))).toMatchObject({ status: 403, Code: "NoPermission" });
});
