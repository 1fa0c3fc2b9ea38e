/** Log Service lets RAM users and roles do what their policies say, and names what they lack. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { staticCredentials, type Credentials } from "../../../sls";
import { credentialsOf, makeRole, makeUser, policyText, trustText, accountId } from "../../support/access";
import { clientOf, testCloud, withLogstore, writerOf, type TestCloud } from "../../support/local-cloud";
import { rpc } from "../../support/rpc";

let cloud: TestCloud;
let time = new Date("2026-11-21T12:00:00Z");
const now = (): Date => new Date(time);
const at = (): { now: Date } => ({ now: now() });
const project = "test-project";
const logstore = "test-logstore";
const resource = `acs:log:cn-hangzhou:${accountId}:project/${project}`;

const clientWith = (credentials: Credentials) => clientOf(cloud, { credentials: staticCredentials(credentials), now });

async function asking<T>(
  credentials: Credentials,
  ask: (client: ReturnType<typeof clientWith>) => Promise<T>,
): Promise<T> {
  const client = clientWith(credentials);
  return ask(client).finally(() => client.close());
}

function putting(credentials: Credentials, signature: "v1" | "v4" = "v1"): Promise<unknown> {
  const writer = writerOf(cloud, { credentials: staticCredentials(credentials), signature, now });
  const group = { logs: [{ time: Math.floor(now().getTime() / 1000), contents: [["a", "b"]] as const }] };
  return writer.putLogs(project, logstore, group).finally(() => writer.close());
}

async function sessionOf(
  RoleArn: string,
  caller: Credentials,
  more: Record<string, string> = {},
): Promise<Credentials> {
  const given = { RoleArn, RoleSessionName: "vm-1", ...more };
  const reply = await rpc(cloud, "sts", "AssumeRole", given, { credentials: caller, ...at() });
  if (reply.status !== 200) throw new Error(JSON.stringify(reply));
  return credentialsOf(reply);
}

const inAccount = trustText({ RAM: [`acs:ram::${accountId}:root`] });
let deployer: Credentials;

beforeAll(async () => {
  // The clients' clocks and the cloud's are the same, and stand still.
  time = new Date();
  cloud = await testCloud({ now });
  await withLogstore(cloud);
  const client = clientOf(cloud, { now });
  await client.createMachineGroup(project, {
    groupName: "group",
    groupType: "",
    machineIdentifyType: "userdefined",
    machineList: ["id"],
    groupAttribute: { externalName: "", groupTopic: "" },
  });
  client.close();
  deployer = await makeUser(cloud, "deployer", [{ Action: "sts:AssumeRole" }], at());
});
afterAll(() => cloud.close());

describe("a RAM user", () => {
  test("does what its policy allows, and is told what it lacks", async () => {
    const reader = await makeUser(cloud, "reader", [{ Action: ["log:Get*", "log:List*"] }], at());
    await expect(asking(reader, (client) => client.getMachineGroup(project, "group"))).resolves.toMatchObject({
      machineList: ["id"],
    });
    await expect(putting(reader)).rejects.toMatchObject({
      httpStatus: 401,
      code: "Unauthorized",
      message: expect.stringContaining(
        `denied by sts or ram, action: log:PostLogStoreLogs, resource: ${resource}/logstore/${logstore}`,
      ) as string,
    });
  });

  test("without a policy may do nothing, and a project that is not there is told before that", async () => {
    const nobody = await makeUser(cloud, "nobody", [], at());
    await expect(asking(nobody, (client) => client.listLogStore(project))).rejects.toMatchObject({
      code: "Unauthorized",
    });
    await expect(asking(nobody, (client) => client.listLogStore("no-such-project"))).rejects.toMatchObject({
      code: "ProjectNotExist",
    });
  });

  test("writes to the logstores that its policy names, and to no others", async () => {
    const own = await makeUser(
      cloud,
      "writer",
      [{ Action: "log:PostLogStoreLogs", Resource: `acs:log:*:*:project/${project}/logstore/test-*` }],
      at(),
    );
    await expect(putting(own)).resolves.toBeDefined();
    const other = await makeUser(
      cloud,
      "other-writer",
      [{ Action: "log:PostLogStoreLogs", Resource: `acs:log:*:*:project/${project}/logstore/web-*` }],
      at(),
    );
    await expect(putting(other)).rejects.toMatchObject({ code: "Unauthorized" });
  });

  test("needs both the group and the config to apply one to the other", async () => {
    const half = await makeUser(
      cloud,
      "half",
      [{ Action: "log:ApplyConfigToMachineGroup", Resource: `${resource}/machinegroup/*` }],
      at(),
    );
    await expect(
      asking(half, (client) => client.applyConfigToMachineGroup(project, "config", "group")),
    ).rejects.toMatchObject({
      code: "Unauthorized",
      message: expect.stringContaining(`log:ApplyConfigToGroup, resource: ${resource}/logtailconfig/config`) as string,
    });
  });

  test("is shut out at once when its key is disabled or deleted, and let in again", async () => {
    const user = await makeUser(cloud, "leaver", [{ Action: "log:*" }], at());
    const key = { UserName: "leaver", UserAccessKeyId: user.accessKeyId };
    const list = (): Promise<unknown> => asking(user, (client) => client.listLogStore(project));
    await list();
    await rpc(cloud, "ram", "UpdateAccessKey", { ...key, Status: "Inactive" }, at());
    await expect(list()).rejects.toMatchObject({
      code: "Unauthorized",
      message: expect.stringContaining(`AccessKeyId is disabled: ${user.accessKeyId}`) as string,
    });
    await rpc(cloud, "ram", "UpdateAccessKey", { ...key, Status: "Active" }, at());
    await list();
    await rpc(cloud, "ram", "DeleteAccessKey", key, at());
    await expect(list()).rejects.toMatchObject({
      message: expect.stringContaining(`AccessKeyId not found: ${user.accessKeyId}`) as string,
    });
  });

  test("gets other rights from the moment that its policy has another default version", async () => {
    const user = await makeUser(cloud, "changing", [{ Action: "log:GetProject" }], at());
    await expect(asking(user, (client) => client.listLogStore(project))).rejects.toMatchObject({
      code: "Unauthorized",
    });
    const version = {
      PolicyName: "changing",
      PolicyDocument: policyText({ Action: "log:List*" }),
      SetAsDefault: "true",
    };
    await rpc(cloud, "ram", "CreatePolicyVersion", version, at());
    await expect(asking(user, (client) => client.listLogStore(project))).resolves.toBeDefined();
  });

  test("may have conditions on where from and by which way it asks", async () => {
    const local = await makeUser(
      cloud,
      "local",
      [{ Action: "log:*", Condition: { IpAddress: { "acs:SourceIp": "127.0.0.0/8" } } }],
      at(),
    );
    await expect(asking(local, (client) => client.listLogStore(project))).resolves.toBeDefined();
    const secure = await makeUser(
      cloud,
      "secure",
      [{ Action: "log:*", Condition: { Bool: { "acs:SecureTransport": "true" } } }],
      at(),
    );
    await expect(asking(secure, (client) => client.listLogStore(project))).rejects.toMatchObject({
      code: "Unauthorized",
    });
  });
});

describe("a role", () => {
  test("that lacks log:GetAppliedConfigs cannot find out its configs, as in the service", async () => {
    const actions = ["log:GetMachineGroup", "log:GetConfig", "log:PostLogStoreLogs"];
    const session = await sessionOf(await makeRole(cloud, "agent", inAccount, [{ Action: actions }], at()), deployer);
    await expect(asking(session, (client) => client.getMachineGroup(project, "group"))).resolves.toBeDefined();
    await expect(asking(session, (client) => client.getAppliedConfigs(project, "group"))).rejects.toMatchObject({
      httpStatus: 401,
      code: "Unauthorized",
      message: expect.stringContaining(
        `denied by sts or ram, action: log:GetAppliedConfigs, resource: ${resource}/machinegroup/group`,
      ) as string,
    });
    const more = policyText({ Action: [...actions, "log:GetAppliedConfigs"] });
    const version = { PolicyName: "role-agent", PolicyDocument: more, SetAsDefault: "true" };
    await rpc(cloud, "ram", "CreatePolicyVersion", version, at());
    await expect(asking(session, (client) => client.getAppliedConfigs(project, "group"))).resolves.toEqual([]);
  });

  test.each(["v1", "v4"] as const)("writes with its token, signed %s", async (signature) => {
    const arn = await makeRole(cloud, `writer-${signature}`, inAccount, [{ Action: "log:PostLogStoreLogs" }], at());
    const session = await sessionOf(arn, deployer);
    await expect(putting(session, signature)).resolves.toBeDefined();
    const { accessKeyId, accessKeySecret } = session;
    const invalid = {
      code: "Unauthorized",
      message: expect.stringContaining("security token you provided is invalid") as string,
    };
    await expect(putting({ accessKeyId, accessKeySecret }, signature)).rejects.toMatchObject(invalid);
    await expect(putting({ ...session, securityToken: "CAISother" }, signature)).rejects.toMatchObject(invalid);
  });

  test("may, in a session with a policy of its own, do what both allow", async () => {
    const arn = await makeRole(cloud, "broad", inAccount, [{ Action: "log:*" }], at());
    const Policy = policyText({ Action: ["log:List*", "ecs:*"] });
    const narrow = await sessionOf(arn, deployer, { Policy });
    await expect(asking(narrow, (client) => client.listLogStore(project))).resolves.toBeDefined();
    await expect(putting(narrow)).rejects.toMatchObject({ code: "Unauthorized" });
    const described = await rpc(cloud, "ecs", "DescribeRegions", {}, { credentials: narrow, ...at() });
    expect(described).toMatchObject({ status: 403, Code: "Forbidden.RAM" });
  });

  test("loses its token when its time is over, and with the role", async () => {
    const arn = await makeRole(cloud, "short", inAccount, [{ Action: "log:*" }], at());
    const session = await sessionOf(arn, deployer, { DurationSeconds: "900" });
    const list = (): Promise<unknown> => asking(session, (client) => client.listLogStore(project));
    await list();
    const before = time;
    time = new Date(before.getTime() + 899_000);
    await list();
    time = new Date(before.getTime() + 901_000);
    await expect(list()).rejects.toMatchObject({
      httpStatus: 401,
      code: "Unauthorized",
      message: expect.stringContaining("The security token you provided has expired") as string,
    });
    const identity = await rpc(cloud, "sts", "GetCallerIdentity", {}, { credentials: session, ...at() });
    expect(identity).toMatchObject({ status: 400, Code: "InvalidSecurityToken.Expired" });
    time = before;
    await rpc(
      cloud,
      "ram",
      "DetachPolicyFromRole",
      { RoleName: "short", PolicyName: "role-short", PolicyType: "Custom" },
      at(),
    );
    await rpc(cloud, "ram", "DeleteRole", { RoleName: "short" }, at());
    await expect(list()).rejects.toMatchObject({ message: expect.stringContaining("AccessKeyId not found") as string });
  });
});

describe("a project's policy", () => {
  const setPolicy = async (statement: object | undefined): Promise<void> => {
    const client = clientOf(cloud, { now });
    const body = statement && Buffer.from(JSON.stringify({ Version: "1", Statement: [statement] }));
    const headers: Record<string, string | number> = body
      ? { "content-type": "application/json", "x-log-bodyrawsize": body.byteLength }
      : {};
    await client
      ._request(body ? "POST" : "DELETE", project, "/policy", {}, body ?? null, headers)
      .finally(() => client.close());
  };
  const everybody = { Effect: "Deny", Action: "log:List*", Resource: `${resource}/*`, Principal: ["*"] };

  test("denies what the user's own policy allows; the owner is not bound without a condition", async () => {
    const user = await makeUser(cloud, "bound", [{ Action: "log:*" }], at());
    const list = (credentials: Credentials): Promise<unknown> =>
      asking(credentials, (client) => client.listLogStore(project));
    await setPolicy(everybody);
    await expect(list(user)).rejects.toMatchObject({ code: "Unauthorized" });
    await expect(list(cloud.credentials)).resolves.toBeDefined();
    await setPolicy({ ...everybody, Condition: { NotIpAddress: { "acs:SourceIp": "10.0.0.0/8" } } });
    await expect(list(cloud.credentials)).rejects.toMatchObject({ code: "Unauthorized" });
    await setPolicy(undefined);
    await expect(list(user)).resolves.toBeDefined();
  });

  test("allows those whom it names", async () => {
    const user = await makeUser(cloud, "guest", [], at());
    const named = { RAM: [`acs:ram::${accountId}:user/guest`] };
    await setPolicy({ ...everybody, Effect: "Allow", Principal: named });
    await expect(asking(user, (client) => client.listLogStore(project))).resolves.toBeDefined();
    await expect(putting(user)).rejects.toMatchObject({ code: "Unauthorized" });
    await setPolicy(undefined);
  });

  test("that is none is refused", async () => {
    await expect(setPolicy({ Effect: "Maybe" })).rejects.toMatchObject({ code: "ParameterInvalid" });
  });
});
