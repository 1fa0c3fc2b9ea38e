/** ECS and its neighbours: both signature versions, and what becomes of security groups and their rules. */
import { createHash, createHmac, randomUUID } from "node:crypto";
import * as http from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { acs3Signature } from "../../emulator/openapi/acs3";
import { rpcSignature } from "../../emulator/openapi/rpc";
import { encodeQuery } from "../../sls";
import { testCloud, type TestCloud } from "../support/local-cloud";

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await testCloud();
});
afterAll(() => cloud.close());

type Reply = Record<string, unknown> & { readonly status: number };

function send(
  host: string,
  method: string,
  path: string,
  headers: http.OutgoingHttpHeaders,
  body = "",
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port: cloud.port, method, path, headers: { ...headers, host }, agent: false };
    const request = http.request(options, (reply) => {
      let text = "";
      reply.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      reply.on("end", () => resolve({ ...(JSON.parse(text) as object), status: reply.statusCode ?? 0 }));
    });
    request.on("error", reject).end(body);
  });
}

type Parameters = Readonly<Record<string, string>>;

/** As the provider: POST with a form, or GET with everything in the query. */
function call(action: string, given: Parameters, options: { method?: string; host?: string; secret?: string } = {}) {
  const {
    method = "POST",
    host = "ecs.cn-hangzhou.aliyuncs.com",
    secret = cloud.credentials.accessKeySecret,
  } = options;
  const common = {
    Action: action,
    AccessKeyId: cloud.credentials.accessKeyId,
    SignatureMethod: "HMAC-SHA1",
    SignatureNonce: randomUUID(),
    Timestamp: `${new Date().toISOString().slice(0, 19)}Z`,
  };
  const Signature = rpcSignature(method, { ...common, ...given }, secret);
  const inQuery = encodeQuery({ ...common, Signature, ...(method === "GET" ? given : {}) });
  const form = method === "GET" ? "" : encodeQuery(given);
  return send(host, method, `/?${inQuery}`, { "content-type": "application/x-www-form-urlencoded" }, form);
}

describe("signatures", () => {
  // Example of the ECS API reference, "Request signature".
  test("HMAC-SHA1 over the parameters is that of the published example", () => {
    const parameters = {
      Timestamp: "2016-02-23T12:46:24Z",
      Format: "XML",
      AccessKeyId: "testid",
      Action: "DescribeRegions",
      SignatureMethod: "HMAC-SHA1",
      SignatureNonce: "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf",
      Version: "2014-05-26",
      SignatureVersion: "1.0",
    };
    expect(rpcSignature("GET", parameters, "testsecret")).toBe("OLeaidS1JvxuMvnyHOwuJ+uX5qY=");
  });

  // Example of "Request syntax and signature method V3".
  test("ACS3-HMAC-SHA256 in the headers is that of the published example", () => {
    const headers = {
      "x-acs-action": "RunInstances",
      "x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "x-acs-date": "2023-10-26T10:22:32Z",
      "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
      "x-acs-version": "2014-05-26",
    };
    const request = {
      method: "POST",
      target: { service: "ecs" } as const,
      host: "ecs.cn-shanghai.aliyuncs.com",
      peer: "127.0.0.1",
      secure: false,
      url: "/?ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai",
      headers,
      body: Buffer.alloc(0),
    };
    expect(acs3Signature(request, ["host", ...Object.keys(headers)], "YourAccessKeySecret")).toBe(
      "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
    );
  });

  test("a wrong secret, an unknown key and an old request are refused", async () => {
    expect(await call("DescribeRegions", {}, { secret: "wrong" })).toMatchObject({
      status: 400,
      Code: "SignatureDoesNotMatch",
    });
    expect(await call("DescribeRegions", { AccessKeyId: "nobody" })).toMatchObject({
      status: 404,
      Code: "InvalidAccessKeyId.NotFound",
    });
    expect(await call("DescribeRegions", { Timestamp: "2016-02-23T12:46:24Z" })).toMatchObject({
      status: 400,
      Code: "InvalidTimeStamp.Expired",
    });
  });

  test("ACS3 is verified over the body too", async () => {
    const body = "RegionId=cn-hangzhou";
    const host = "ecs.cn-hangzhou.aliyuncs.com";
    const hash = createHash("sha256").update(body).digest("hex");
    const headers = {
      "x-acs-action": "DescribeRegions",
      "x-acs-date": `${new Date().toISOString().slice(0, 19)}Z`,
      "x-acs-version": "2014-05-26",
    };
    const names = Object.keys(headers).join(";");
    const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
    const canonical = `POST\n/\n\n${lines.join("")}\n${names}\n${hash}`;
    const digest = createHash("sha256").update(canonical).digest("hex");
    const { accessKeyId, accessKeySecret } = cloud.credentials;
    const signature = createHmac("sha256", accessKeySecret).update(`ACS3-HMAC-SHA256\n${digest}`).digest("hex");
    const authorization = `ACS3-HMAC-SHA256 Credential=${accessKeyId},SignedHeaders=${names},Signature=${signature}`;
    expect(await send(host, "POST", "/", { ...headers, authorization }, body)).toMatchObject({ status: 200 });
    expect(await send(host, "POST", "/", { ...headers, authorization }, `${body}2`)).toMatchObject({
      status: 400,
      Code: "SignatureDoesNotMatch",
    });
  });
});

const rule = {
  IpProtocol: "tcp",
  PortRange: "11111/11111",
  SourceCidrIp: "10.0.0.0/8",
  Policy: "accept",
  Priority: "1",
};
const asPermission = (one: Parameters): Parameters =>
  Object.fromEntries(Object.entries(one).map(([name, value]) => [`Permissions.1.${name}`, value]));
const newGroup = async (): Promise<string> => String((await call("CreateSecurityGroup", {}))["SecurityGroupId"]);
const rulesOf = async (SecurityGroupId: string, Direction = "all"): Promise<unknown[]> => {
  const { Permissions } = await call("DescribeSecurityGroupAttribute", { SecurityGroupId, Direction });
  return (Permissions as { Permission: unknown[] }).Permission;
};

describe("security groups", () => {
  test("are made, described, changed, tagged and deleted", async () => {
    const given = { SecurityGroupName: "web", Description: "a b", "Tag.1.Key": "env", "Tag.1.Value": "dev" };
    const { SecurityGroupId } = (await call("CreateSecurityGroup", given)) as unknown as { SecurityGroupId: string };
    await call("ModifySecurityGroupAttribute", { SecurityGroupId, SecurityGroupName: "web2" });
    await call("JoinResourceGroup", { ResourceId: SecurityGroupId, ResourceGroupId: "rg-2" });
    const target = { ResourceType: "securitygroup", "ResourceId.1": SecurityGroupId };
    await call("TagResources", { ...target, "Tag.1.Key": "team", "Tag.1.Value": "x" });
    await call("UntagResources", { ...target, "TagKey.1": "env" });
    expect(await call("DescribeSecurityGroups", { SecurityGroupIds: `["${SecurityGroupId}"]` })).toMatchObject({
      TotalCount: 1,
      SecurityGroups: {
        SecurityGroup: [
          {
            SecurityGroupName: "web2",
            Description: "a b",
            ResourceGroupId: "rg-2",
            Tags: { Tag: [{ TagKey: "team", TagValue: "x" }] },
          },
        ],
      },
    });
    expect(await call("DeleteSecurityGroup", { SecurityGroupId })).toMatchObject({ status: 200 });
    expect(await call("DescribeSecurityGroupAttribute", { SecurityGroupId })).toMatchObject({
      status: 404,
      Code: "InvalidSecurityGroupId.NotFound",
    });
  });

  test("take a rule once, give it another description, and let it go by a GET", async () => {
    const SecurityGroupId = await newGroup();
    for (let i = 0; i < 2; i++) await call("AuthorizeSecurityGroup", { SecurityGroupId, ...asPermission(rule) });
    expect(await rulesOf(SecurityGroupId)).toMatchObject([
      {
        Direction: "ingress",
        IpProtocol: "TCP",
        PortRange: "11111/11111",
        SourceCidrIp: "10.0.0.0/8",
        Description: "",
      },
    ]);
    const changed = { SecurityGroupId, ...rule, Description: "Logtail" };
    await call("ModifySecurityGroupRule", changed, { method: "GET" });
    expect(await rulesOf(SecurityGroupId)).toMatchObject([{ Description: "Logtail" }]);
    await call("RevokeSecurityGroup", { SecurityGroupId, ...rule }, { method: "GET" });
    expect(await rulesOf(SecurityGroupId)).toEqual([]);
  });

  test("keep rules for going out apart, and change them by an operation of their own", async () => {
    const SecurityGroupId = await newGroup();
    const { SourceCidrIp: DestCidrIp, ...rest } = rule;
    const out = { ...rest, DestCidrIp };
    await call("AuthorizeSecurityGroupEgress", { SecurityGroupId, ...asPermission(out) });
    expect(await rulesOf(SecurityGroupId, "ingress")).toEqual([]);
    const changed = { SecurityGroupId, ...out, Description: "out" };
    expect(await call("ModifySecurityGroupRule", changed, { method: "GET" })).toMatchObject({ status: 404 });
    await call("ModifySecurityGroupEgressRule", changed, { method: "GET" });
    expect(await rulesOf(SecurityGroupId, "egress")).toMatchObject([{ DestCidrIp, Description: "out" }]);
  });

  test("stay while a rule of another group names them", async () => {
    const [used, user] = [await newGroup(), await newGroup()];
    const byGroup = { IpProtocol: "all", PortRange: "-1/-1", SourceGroupId: used };
    await call("AuthorizeSecurityGroup", { SecurityGroupId: user, ...asPermission(byGroup) });
    expect(await call("DeleteSecurityGroup", { SecurityGroupId: used })).toMatchObject({ Code: "DependencyViolation" });
    await call("DeleteSecurityGroup", { SecurityGroupId: user });
    expect(await call("DeleteSecurityGroup", { SecurityGroupId: used })).toMatchObject({ status: 200 });
  });
});

describe("the neighbours", () => {
  test("location knows the endpoints, and the account asks who it is", async () => {
    const asked = { Id: "cn-hangzhou", ServiceCode: "sls", Type: "openAPI" };
    expect(await call("DescribeEndpoints", asked, { host: "location-readonly.aliyuncs.com" })).toMatchObject({
      Endpoints: { Endpoint: [{ Endpoint: "cn-hangzhou.log.aliyuncs.com" }] },
    });
    const host = "sts.cn-hangzhou.aliyuncs.com";
    expect(await call("GetCallerIdentity", {}, { host })).toMatchObject({ status: 200, IdentityType: "Account" });
    expect(await call("QueryAvailableInstances", {}, { host: "business.aliyuncs.com" })).toMatchObject({
      Success: true,
    });
  });

  test.each(["DescribeImages", "toString", "constructor"])(
    "%s is not served, and the error says so",
    async (action) => {
      expect(await call(action, {})).toMatchObject({
        status: 404,
        Code: "InvalidAction.NotFound",
        Message: `the local cloud does not serve ecs ${action} yet`,
      });
    },
  );
});
