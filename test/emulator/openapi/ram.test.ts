/** RAM and IMS: users and their keys, roles, policies with versions, attachments, tags, OIDC providers, and the errors. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accountId, makeUser, policyText, trustText } from "../../support/access";
import { testCloud, type TestCloud } from "../../support/local-cloud";
import { memberOf, rpc, type RpcReply } from "../../support/rpc";

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await testCloud();
});
afterAll(() => cloud.close());

type Given = Readonly<Record<string, string>>;
const ram = (action: string, given: Given = {}): Promise<RpcReply> => rpc(cloud, "ram", action, given);
const ims = (action: string, given: Given = {}): Promise<RpcReply> => rpc(cloud, "ims", action, given);
const inAccount = trustText({ RAM: [`acs:ram::${accountId}:root`] });

describe("users", () => {
  test("are made, read, renamed, listed and deleted", async () => {
    const made = await ram("CreateUser", { UserName: "ann", Comments: "first" });
    expect(made).toMatchObject({ status: 200, User: { UserName: "ann", DisplayName: "ann", Comments: "first" } });
    const id = memberOf(made, "User.UserId");
    expect(id).toMatch(/^\d{18}$/);
    await ram("UpdateUser", { UserName: "ann", NewUserName: "anna", NewEmail: "a@b.c", NewComments: "" });
    expect(await ram("GetUser", { UserName: "anna" })).toMatchObject({
      User: { UserId: id, Email: "a@b.c", Comments: "" },
    });
    expect(await ram("GetUser", { UserName: "ann" })).toMatchObject({ status: 404, Code: "EntityNotExist.User" });
    expect(await ram("ListUsers")).toMatchObject({ Users: { User: [{ UserName: "anna" }] }, IsTruncated: false });
    expect(await ram("DeleteUser", { UserName: "anna" })).toMatchObject({ status: 200 });
    expect(await ram("ListUsers")).toMatchObject({ Users: { User: [] } });
  });

  test("have two keys at most, whose secrets are told once, and which hold the user", async () => {
    const user = { UserName: "keyed" };
    await ram("CreateUser", user);
    const first = await ram("CreateAccessKey", user);
    expect(first).toMatchObject({
      AccessKey: { Status: "Active", AccessKeySecret: expect.stringMatching(/^\w{40}$/) as string },
    });
    await ram("CreateAccessKey", user);
    expect(await ram("CreateAccessKey", user)).toMatchObject({ status: 409, Code: "LimitExceeded.User.AccessKey" });
    const listed = await ram("ListAccessKeys", user);
    expect(memberOf(listed, "AccessKeys.AccessKey")).toHaveLength(2);
    expect(JSON.stringify(listed)).not.toContain(String(memberOf(first, "AccessKey.AccessKeySecret")));
    expect(await ram("DeleteUser", user)).toMatchObject({ status: 409, Code: "DeleteConflict.User.AccessKey" });
    const none = { ...user, UserAccessKeyId: "LTAInone" };
    expect(await ram("DeleteAccessKey", none)).toMatchObject({ status: 404, Code: "EntityNotExist.User.AccessKey" });
  });

  test("are listed page by page", async () => {
    for (const n of [1, 2, 3]) await ram("CreateRole", { RoleName: `page-${n}`, AssumeRolePolicyDocument: inAccount });
    const first = await ram("ListRoles", { MaxItems: "2" });
    expect(first).toMatchObject({
      IsTruncated: true,
      Roles: { Role: [{ RoleName: "page-1" }, { RoleName: "page-2" }] },
    });
    const rest = await ram("ListRoles", { MaxItems: "2", Marker: String(first["Marker"]) });
    expect(rest).toMatchObject({ IsTruncated: false, Roles: { Role: [{ RoleName: "page-3" }] } });
    for (const n of [1, 2, 3]) await ram("DeleteRole", { RoleName: `page-${n}` });
  });
});

describe("roles", () => {
  test("are made, read in any case, changed, tagged and deleted", async () => {
    const given = {
      RoleName: "Agent",
      AssumeRolePolicyDocument: inAccount,
      Description: "of VMs",
      "Tag.1.Key": "env",
      "Tag.1.Value": "dev",
    };
    expect(await ram("CreateRole", given)).toMatchObject({
      Role: {
        RoleName: "Agent",
        Arn: `acs:ram::${accountId}:role/Agent`,
        AssumeRolePolicyDocument: inAccount,
        MaxSessionDuration: 3600,
      },
    });
    expect(await ram("CreateRole", { ...given, RoleName: "agent" })).toMatchObject({
      status: 409,
      Code: "EntityAlreadyExists.Role",
      Message: "The role does already EXIST.",
    });
    await ram("UpdateRole", { RoleName: "agent", NewDescription: "", NewMaxSessionDuration: "7200" });
    expect(await ram("GetRole", { RoleName: "AGENT" })).toMatchObject({
      Role: { Description: "", MaxSessionDuration: 7200 },
    });
    const target = { ResourceType: "role", ResourceNames: '["Agent"]' };
    await ram("TagResources", { ...target, Tag: '[{"Key":"team","Value":"x"}]' });
    await ram("UntagResources", { ...target, "TagKey.1": "env" });
    expect(await ram("ListTagResources", target)).toMatchObject({
      TagResources: [{ ResourceName: "Agent", TagKey: "team", TagValue: "x" }],
    });
    await ram("DeleteRole", { RoleName: "Agent" });
    expect(await ram("GetRole", { RoleName: "Agent" })).toMatchObject({ status: 404, Code: "EntityNotExist.Role" });
  });

  test.each<[Given, object]>([
    [{ RoleName: "a b", AssumeRolePolicyDocument: inAccount }, { Code: "InvalidParameter.RoleName.InvalidChars" }],
    [{ RoleName: "r".repeat(65), AssumeRolePolicyDocument: inAccount }, { Code: "InvalidParameter.RoleName.Length" }],
    [{ RoleName: "r", AssumeRolePolicyDocument: "{}" }, { Code: "MalformedPolicyDocument" }],
    [
      { RoleName: "r", AssumeRolePolicyDocument: policyText({ Action: "*" }) },
      { Code: "MalformedPolicyDocument", Message: "Statement[0].Principal must be an object" },
    ],
    [
      { RoleName: "r", AssumeRolePolicyDocument: inAccount, MaxSessionDuration: "60" },
      { Code: "InvalidParameter.MaxSessionDuration" },
    ],
    [{ RoleName: "r" }, { Code: "MissingParameter" }],
  ])("refuse %j", async (given, wanted) => {
    expect(await ram("CreateRole", given)).toMatchObject({ status: 400, ...wanted });
  });
});

describe("policies", () => {
  const PolicyName = "collector";
  const document = (action: string): string => policyText({ Action: action });

  test("keep five versions, of which the default counts; the oldest makes room when asked to", async () => {
    await ram("CreatePolicy", { PolicyName, PolicyDocument: document("log:v1") });
    const next = (n: number, more: Given = {}): Promise<RpcReply> =>
      ram("CreatePolicyVersion", { PolicyName, PolicyDocument: document(`log:v${n}`), ...more });
    for (const n of [2, 3, 4, 5]) await next(n, { SetAsDefault: n === 3 ? "true" : "false" });
    expect(await next(6)).toMatchObject({ status: 409, Code: "LimitExceeded.Policy.Version" });
    await next(6, { RotateStrategy: "DeleteOldestNonDefaultVersionWhenLimitExceeded", SetAsDefault: "true" });
    const versions = memberOf(
      await ram("ListPolicyVersions", { PolicyName, PolicyType: "Custom" }),
      "PolicyVersions.PolicyVersion",
    );
    expect(versions).toMatchObject([2, 3, 4, 5, 6].map((n) => ({ VersionId: `v${n}`, IsDefaultVersion: n === 6 })));
    expect(await ram("GetPolicy", { PolicyName, PolicyType: "Custom" })).toMatchObject({
      Policy: { DefaultVersion: "v6", AttachmentCount: 0, PolicyType: "Custom" },
      DefaultPolicyVersion: { VersionId: "v6", PolicyDocument: document("log:v6") },
    });
    await ram("SetDefaultPolicyVersion", { PolicyName, VersionId: "v2" });
    expect(await ram("DeletePolicyVersion", { PolicyName, VersionId: "v2" })).toMatchObject({
      status: 409,
      Code: "DeleteConflict.Policy.Version.Default",
    });
    expect(await ram("DeletePolicy", { PolicyName })).toMatchObject({
      status: 409,
      Code: "DeleteConflict.Policy.Version",
    });
    for (const n of [3, 4, 5, 6]) await ram("DeletePolicyVersion", { PolicyName, VersionId: `v${n}` });
    expect(await ram("DeletePolicyVersion", { PolicyName, VersionId: "v9" })).toMatchObject({
      Code: "EntityNotExist.Policy.Version",
    });
    expect(await ram("DeletePolicy", { PolicyName })).toMatchObject({ status: 200 });
    expect(await ram("GetPolicy", { PolicyName, PolicyType: "Custom" })).toMatchObject({
      status: 404,
      Code: "EntityNotExist.Policy",
    });
  });

  test.each(["Role", "User"] as const)("hold to a %s until they are detached", async (entity) => {
    const name = { [`${entity}Name`]: "holder" };
    const policy = { PolicyName, PolicyType: "Custom" };
    await ram("CreatePolicy", { PolicyName, PolicyDocument: document("log:*") });
    await ram(`Create${entity}`, { ...name, AssumeRolePolicyDocument: inAccount });
    const attach = (given: Given): Promise<RpcReply> => ram(`AttachPolicyTo${entity}`, { ...name, ...given });
    expect(await attach(policy)).toMatchObject({ status: 200 });
    expect(await attach(policy)).toMatchObject({ status: 409, Code: `EntityAlreadyExists.${entity}.Policy` });
    await attach({ PolicyName: "AliyunLogFullAccess", PolicyType: "System" });
    expect(await attach({ PolicyName: "AliyunLogFullAccess", PolicyType: "Custom" })).toMatchObject({
      Code: "EntityNotExist.Policy",
    });
    expect(await attach({ PolicyName, PolicyType: "Own" })).toMatchObject({ Code: "InvalidParameter.PolicyType" });
    expect(memberOf(await ram(`ListPoliciesFor${entity}`, name), "Policies.Policy")).toMatchObject([
      { PolicyName, PolicyType: "Custom" },
      { PolicyName: "AliyunLogFullAccess", PolicyType: "System" },
    ]);
    expect(memberOf(await ram("ListEntitiesForPolicy", policy), `${entity}s.${entity}`)).toMatchObject([name]);
    expect(await ram(`Delete${entity}`, name)).toMatchObject({ status: 409, Code: `DeleteConflict.${entity}.Policy` });
    expect(await ram("DeletePolicy", { PolicyName })).toMatchObject({
      status: 409,
      Code: `DeleteConflict.Policy.${entity}`,
    });
    const detach = (given: Given): Promise<RpcReply> => ram(`DetachPolicyFrom${entity}`, { ...name, ...given });
    await detach(policy);
    expect(await detach(policy)).toMatchObject({ status: 404, Code: `EntityNotExist.${entity}.Policy` });
    await detach({ PolicyName: "AliyunLogFullAccess", PolicyType: "System" });
    expect(await ram(`Delete${entity}`, name)).toMatchObject({ status: 200 });
    expect(await ram("DeletePolicy", { PolicyName })).toMatchObject({ status: 200 });
  });

  test("of type System are there, and are not made or deleted", async () => {
    const log = { PolicyName: "AliyunLogReadOnlyAccess", PolicyType: "System" };
    expect(await ram("GetPolicy", log)).toMatchObject({ Policy: { PolicyType: "System", DefaultVersion: "v1" } });
    expect(memberOf(await ram("ListPolicies", { PolicyType: "System" }), "Policies.Policy")).toEqual(
      expect.arrayContaining([expect.objectContaining(log) as object]),
    );
    expect(await ram("DeletePolicy", log)).toMatchObject({ status: 404, Code: "EntityNotExist.Policy" });
  });
});

describe("who may call", () => {
  test("RAM and ECS refuse in their own words what a user's policies do not allow", async () => {
    const credentials = await makeUser(cloud, "limited", [
      { Action: "ram:GetRole", Resource: `acs:ram:*:*:role/mine-*` },
      { Action: "ecs:Describe*" },
    ]);
    for (const RoleName of ["mine-1", "other"])
      await ram("CreateRole", { RoleName, AssumeRolePolicyDocument: inAccount });
    const get = (RoleName: string): Promise<RpcReply> => rpc(cloud, "ram", "GetRole", { RoleName }, { credentials });
    expect(await get("mine-1")).toMatchObject({ status: 200 });
    expect(await get("other")).toMatchObject({
      status: 403,
      Code: "NoPermission",
      Message: "You are not authorized to do this action.",
      AccessDeniedDetail: { AuthAction: "ram:GetRole", AuthPrincipalType: "SubUser", NoPermissionType: "ImplicitDeny" },
    });
    expect(await rpc(cloud, "ims", "ListOIDCProviders", {}, { credentials })).toMatchObject({
      status: 403,
      Code: "NoPermission",
    });
    expect(await rpc(cloud, "ecs", "DescribeSecurityGroups", {}, { credentials })).toMatchObject({ status: 200 });
    expect(await rpc(cloud, "ecs", "CreateSecurityGroup", {}, { credentials })).toMatchObject({
      status: 403,
      Code: "Forbidden.RAM",
      AccessDeniedDetail: { AuthAction: "ecs:CreateSecurityGroup" },
    });
  });

  test("everything that a call names must be allowed, whichever parameter comes first", async () => {
    const own = ["user/climber", "role/own", "policy/small"].map((name) => `acs:ram:*:${accountId}:${name}`);
    const credentials = await makeUser(cloud, "climber", [{ Action: "ram:*", Resource: own }]);
    const asked = (action: string, given: Given): Promise<RpcReply> =>
      rpc(cloud, "ram", action, given, { credentials });
    const refused = { status: 403, Code: "NoPermission" };
    const attach = { UserName: "climber", PolicyName: "AdministratorAccess", PolicyType: "System" };
    expect(await asked("AttachPolicyToUser", attach)).toMatchObject(refused);
    await ram("CreateUser", { UserName: "victim" });
    expect(await asked("DeleteUser", { UserName: "victim", RoleName: "own" })).toMatchObject(refused);
    expect(await ram("DeleteUser", { UserName: "victim" })).toMatchObject({ status: 200 });
    await ram("CreatePolicy", { PolicyName: "small", PolicyDocument: policyText({ Action: "log:GetProject" }) });
    const small = { UserName: "climber", PolicyName: "small", PolicyType: "Custom" };
    expect(await asked("AttachPolicyToUser", small)).toMatchObject({ status: 200 });
  });

  test("a role that is denied is denied in any spelling", async () => {
    await ram("CreateRole", { RoleName: "Guarded", AssumeRolePolicyDocument: inAccount });
    const credentials = await makeUser(cloud, "speller", [
      { Action: ["ram:*", "sts:*"] },
      { Effect: "Deny", Action: ["ram:*", "sts:*"], Resource: "acs:ram:*:*:role/Guarded" },
    ]);
    for (const name of ["Guarded", "guarded"]) {
      const role = { RoleName: name };
      expect(await rpc(cloud, "ram", "DeleteRole", role, { credentials })).toMatchObject({ Code: "NoPermission" });
      const assume = { RoleArn: `acs:ram::${accountId}:role/${name}`, RoleSessionName: "one" };
      expect(await rpc(cloud, "sts", "AssumeRole", assume, { credentials })).toMatchObject({ Code: "NoPermission" });
    }
  });

  test("roles of all instances, and groups of another region, are for those who may see all", async () => {
    const credentials = await makeUser(cloud, "regional", [
      { Action: "ecs:*", Resource: "acs:ecs:cn-beijing:*:securitygroup/*" },
    ]);
    const forbidden = { Code: "Forbidden.RAM" };
    expect(await rpc(cloud, "ecs", "DescribeInstanceRamRole", {}, { credentials })).toMatchObject(forbidden);
    const made = await rpc(cloud, "ecs", "CreateSecurityGroup", { RegionId: "cn-hangzhou" });
    const group = { SecurityGroupId: String(made["SecurityGroupId"]) };
    const ask = (RegionId: string): Promise<RpcReply> =>
      rpc(cloud, "ecs", "DeleteSecurityGroup", { ...group, RegionId }, { credentials });
    expect(await ask("cn-hangzhou")).toMatchObject(forbidden);
    expect(await ask("cn-beijing")).toMatchObject({ Code: "InvalidSecurityGroupId.NotFound" });
  });

  test("a disabled key is told so", async () => {
    const credentials = await makeUser(cloud, "disabled", []);
    await ram("UpdateAccessKey", {
      UserName: "disabled",
      UserAccessKeyId: credentials.accessKeyId,
      Status: "Inactive",
    });
    expect(await rpc(cloud, "sts", "GetCallerIdentity", {}, { credentials })).toMatchObject({
      Code: "InvalidAccessKeyId.Inactive",
    });
  });
});

describe("OIDC providers", () => {
  const OIDCProviderName = "gitlab";
  const given = {
    OIDCProviderName,
    IssuerUrl: "https://gitlab.example.com",
    ClientIds: "a,b",
    Fingerprints: "902ef2de",
  };

  test("are made, read, changed, listed and deleted", async () => {
    expect(await ims("CreateOIDCProvider", given)).toMatchObject({
      status: 200,
      OIDCProvider: {
        Arn: `acs:ram::${accountId}:oidc-provider/gitlab`,
        ClientIds: "a,b",
        Fingerprints: "902ef2de",
        IssuanceLimitTime: 12,
      },
    });
    expect(await ims("CreateOIDCProvider", given)).toMatchObject({
      status: 409,
      Code: "EntityAlreadyExists.OIDCProvider",
    });
    await ims("AddClientIdToOIDCProvider", { OIDCProviderName, ClientId: "c" });
    await ims("RemoveClientIdFromOIDCProvider", { OIDCProviderName, ClientId: "a" });
    await ims("AddFingerprintToOIDCProvider", { OIDCProviderName, Fingerprint: "ffff" });
    await ims("UpdateOIDCProvider", { OIDCProviderName, NewDescription: "CI", IssuanceLimitTime: "24" });
    expect(await ims("GetOIDCProvider", { OIDCProviderName })).toMatchObject({
      OIDCProvider: { ClientIds: "b,c", Fingerprints: "902ef2de,ffff", Description: "CI", IssuanceLimitTime: 24 },
    });
    expect(await ims("ListOIDCProviders")).toMatchObject({ OIDCProviders: { OIDCProvider: [{ OIDCProviderName }] } });
    await ims("DeleteOIDCProvider", { OIDCProviderName });
    expect(await ims("GetOIDCProvider", { OIDCProviderName })).toMatchObject({
      status: 404,
      Code: "EntityNotExist.OIDCProvider",
    });
  });

  test("have an https issuer, but for one on this machine", async () => {
    const make = (IssuerUrl: string): Promise<RpcReply> => ims("CreateOIDCProvider", { ...given, IssuerUrl });
    expect(await make("http://gitlab.example.com")).toMatchObject({ status: 400, Code: "InvalidParameter.IssuerUrl" });
    expect(await make("http://127.0.0.1:8080")).toMatchObject({ status: 200 });
  });
});
