import { describe, expect, test } from "vitest";
import { credentialsFromEnv } from "../../sls";

describe("an access key from the environment", () => {
  test.each([
    ["ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"],
    ["ALICLOUD_ACCESS_KEY", "ALICLOUD_SECRET_KEY", "ALICLOUD_SECURITY_TOKEN"],
  ])("is read from %s, %s and %s", async (id, secret, token) => {
    const env = { [id]: "id", [secret]: " secret\n", [token]: "token" };
    expect(await credentialsFromEnv(env).getCredentials()).toEqual({
      accessKeyId: "id",
      accessKeySecret: "secret",
      securityToken: "token",
    });
  });

  test("is never put together from two spellings", async () => {
    const env = {
      ALIBABA_CLOUD_ACCESS_KEY_ID: "a",
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: "as",
      ALICLOUD_ACCESS_KEY: "b",
      ALICLOUD_SECRET_KEY: "bs",
      ALICLOUD_SECURITY_TOKEN: "bt",
    };
    expect(await credentialsFromEnv(env).getCredentials()).toEqual({ accessKeyId: "a", accessKeySecret: "as" });
    expect(() => credentialsFromEnv({ ALIBABA_CLOUD_ACCESS_KEY_ID: "a", ALICLOUD_SECRET_KEY: "bs" })).toThrow(
      "no access key secret to go with ALIBABA_CLOUD_ACCESS_KEY_ID: set ALIBABA_CLOUD_ACCESS_KEY_SECRET in the environment",
    );
  });

  test("that is missing is told by the names of its variables", () => {
    expect(() => credentialsFromEnv({})).toThrow(
      "no access key id: set ALIBABA_CLOUD_ACCESS_KEY_ID or ALICLOUD_ACCESS_KEY in the environment " +
        "(in GitLab: Settings > CI/CD > Variables; without an account: cdktf-sls local exec -- COMMAND)",
    );
  });
});
