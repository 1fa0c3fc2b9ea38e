import { expect, test } from "vitest";
import { rpcSignature } from "../../../emulator/terraform/cloud";
import { settingsOf } from "../../../emulator/terraform/settings";

test("the RPC signature of the manual's example", () => {
  // Source: ECS API reference, "Request signatures": DescribeRegions for testid / testsecret.
  const parameters = {
    Action: "DescribeRegions",
    Version: "2014-05-26",
    Format: "XML",
    AccessKeyId: "testid",
    SignatureMethod: "HMAC-SHA1",
    SignatureVersion: "1.0",
    SignatureNonce: "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf",
    Timestamp: "2016-02-23T12:46:24Z",
  };
  expect(rpcSignature("GET", parameters, "testsecret")).toBe("OLeaidS1JvxuMvnyHOwuJ+uX5qY=");
});

const env = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: "id",
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: "secret",
  ALICLOUD_REGION: "cn-shanghai",
  HTTPS_PROXY: "http://127.0.0.1:1",
};

test("arguments go before the environment", () => {
  const settings = settingsOf(
    { region: "cn-hangzhou", access_key: "mine", endpoints: [{ log: "http://sls.test:80" }] },
    env,
  );
  expect(settings).toMatchObject({
    region: "cn-hangzhou",
    credentials: { accessKeyId: "mine", accessKeySecret: "secret" },
    sls: { scheme: "http", host: "sls.test:80" },
    ecs: { scheme: "https", host: "ecs.cn-hangzhou.aliyuncs.com" },
  });
});

test("from the environment alone, the endpoints are the real service's", () => {
  expect(settingsOf({}, env).sls).toEqual({ scheme: "https", host: "cn-shanghai.log.aliyuncs.com" });
});

test("what is missing is named, with the remedy", () => {
  expect(() => settingsOf({}, { ...env, ALIBABA_CLOUD_ACCESS_KEY_SECRET: "" })).toThrow(
    "Write secret_key in the provider block, or set ALICLOUD_SECRET_KEY (or ALIBABA_CLOUD_ACCESS_KEY_SECRET). " +
      "Inside `cdktf-sls local exec -- COMMAND` they are set.",
  );
});

test("without a local cloud it refuses to work, instead of reaching for the real one", () => {
  expect(() => settingsOf({}, { ...env, HTTPS_PROXY: undefined })).toThrow(
    /^It would otherwise reach for the real service/,
  );
});
