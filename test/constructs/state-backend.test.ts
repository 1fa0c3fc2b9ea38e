import type { TerraformStack } from "cdktf";
import { expect, test } from "vitest";
import { StateBackend } from "../../constructs";
import { messageOf, synth } from "../support/synth";

type Backend = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const backendOf = (build: (stack: TerraformStack) => void): Backend | undefined =>
  (synth(build) as { terraform?: { backend?: Backend } }).terraform?.backend;
const fromEnvironment = (env: Record<string, string>): Backend | undefined =>
  backendOf((stack) => StateBackend.fromEnvironment(stack, env));

const job = { CI_API_V4_URL: "https://gitlab.example.com/api/v4", CI_PROJECT_ID: "42", CI_JOB_TOKEN: "secret-token" };

test("in a job of GitLab the state of each stack is GitLab's, locked; no token is written down", () => {
  const address = "https://gitlab.example.com/api/v4/projects/42/terraform/state/stack";
  expect(fromEnvironment(job)).toEqual({
    http: {
      address,
      lock_address: `${address}/lock`,
      lock_method: "POST",
      unlock_address: `${address}/lock`,
      unlock_method: "DELETE",
      retry_wait_min: 5,
    },
  });
});

test("an OSS bucket goes first, with locks in Tablestore where they are named", () => {
  expect(fromEnvironment({ ...job, TF_STATE_OSS_BUCKET: "acme-state" })).toEqual({
    oss: { bucket: "acme-state", prefix: "terraform-state", key: "stack.tfstate", encrypt: true },
  });
  const lock = {
    TF_STATE_OSS_LOCK_ENDPOINT: "https://t.cn-hangzhou.ots.aliyuncs.com",
    TF_STATE_OSS_LOCK_TABLE: "locks",
  };
  expect(fromEnvironment({ TF_STATE_OSS_BUCKET: "acme-state", ...lock })?.["oss"]).toMatchObject({
    tablestore_endpoint: lock.TF_STATE_OSS_LOCK_ENDPOINT,
    tablestore_table: "locks",
  });
});

test("elsewhere no backend is named, and the state is CDKTF's file", () => {
  expect(fromEnvironment({})).toBeUndefined();
  expect(fromEnvironment({ CI_API_V4_URL: "https://gitlab.example.com/api/v4" })).toBeUndefined();
});

test.each<[string, (stack: TerraformStack) => void, string]>([
  [
    "half of a lock",
    (stack) => StateBackend.fromEnvironment(stack, { TF_STATE_OSS_BUCKET: "acme-state", TF_STATE_OSS_LOCK_TABLE: "t" }),
    "stack: TF_STATE_OSS_LOCK_ENDPOINT is missing; locks need both TF_STATE_OSS_LOCK_ENDPOINT and TF_STATE_OSS_LOCK_TABLE",
  ],
  [
    "a bucket that can be none",
    (stack) => StateBackend.oss(stack, { bucket: "Acme" }),
    'stack: bucket must be 3 to 63 lower-case letters, digits and hyphens, got "Acme"',
  ],
  [
    "a name of a state that GitLab does not take",
    (stack) => StateBackend.gitlab(stack, { apiUrl: "https://g/api/v4", projectId: "1", stateName: "a/b" }),
    'stack: name of the state must be letters, digits, "-", "_" and ".", got "a/b"; give stateName',
  ],
  [
    "no address",
    (stack) => StateBackend.gitlab(stack, { apiUrl: "gitlab", projectId: "1" }),
    'stack: apiUrl must be such as https://gitlab.example.com/api/v4, got "gitlab"',
  ],
])("%s is refused", (_what, build, message) => {
  expect(messageOf(() => synth(build))).toBe(message);
});
