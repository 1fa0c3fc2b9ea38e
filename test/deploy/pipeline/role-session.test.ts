import { expect, test } from "vitest";
import { roleWish } from "../../../deploy";
import { messageOf } from "../../support/synth";

const env = {
  ALIBABA_CLOUD_ROLE_ARN: "acs:ram::1000000000000000:role/pipeline",
  ALIBABA_CLOUD_OIDC_PROVIDER_ARN: "acs:ram::1000000000000000:oidc-provider/gitlab",
  CDKTF_SLS_ID_TOKEN: "a.b.c",
  CI_PROJECT_ID: "42",
  CI_JOB_ID: "7",
};

test("a job's session is named after project and job, and lasts an hour", () => {
  expect(roleWish(env)).toMatchObject({ token: "a.b.c", sessionName: "gitlab-42-7", seconds: 3600 });
  expect(roleWish({ ...env, CI_JOB_ID: "7/x" })?.sessionName).toBe("gitlab-42-7-x");
});

test("without a role the environment's own key is used", () => {
  expect(roleWish({ CDKTF_SLS_ID_TOKEN: "a.b.c" })).toBeUndefined();
});

test("a job that only looks takes the plan's role where there is one", () => {
  const both = { ...env, ALIBABA_CLOUD_PLAN_ROLE_ARN: "acs:ram::1000000000000000:role/plan" };
  expect(roleWish(both)?.roleArn).toBe("acs:ram::1000000000000000:role/pipeline");
  expect(roleWish(both, true)?.roleArn).toBe("acs:ram::1000000000000000:role/plan");
  expect(roleWish(env, true)?.roleArn).toBe("acs:ram::1000000000000000:role/pipeline");
});

test.each([
  ["ALIBABA_CLOUD_ROLE_ARN", "", "ALIBABA_CLOUD_ROLE_ARN is missing, but ALIBABA_CLOUD_OIDC_PROVIDER_ARN is set"],
  ["ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN is missing, but ALIBABA_CLOUD_ROLE_ARN"],
  ["CDKTF_SLS_ID_TOKEN", "", "CDKTF_SLS_ID_TOKEN is missing, so that ALIBABA_CLOUD_ROLE_ARN cannot be assumed"],
  ["ALIBABA_CLOUD_ROLE_SECONDS", "60", 'ALIBABA_CLOUD_ROLE_SECONDS must be 900 to 43200, got "60"'],
])("%s=%j is told, with what to do", (name, value, message) => {
  expect(messageOf(() => roleWish({ ...env, [name]: value }))).toContain(message);
});
