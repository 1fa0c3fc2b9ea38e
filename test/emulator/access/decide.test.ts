/** The decision itself: wildcards, conditions, and that a denial wins. */
import { describe, expect, test } from "vitest";
import { decide, type Question } from "../../../emulator/access/decide";
import { parsePolicy, PolicyProblem } from "../../../emulator/access/policy-document";
import { matchesWildcard } from "../../../emulator/access/wildcards";
import { policyText, type Grant } from "../../support/access";
import { cpuMs } from "../../support/cpu-time";

const store = "acs:log:cn-hangzhou:1000000000000000:project/p/logstore/ls";

function decideBy(grants: readonly Grant[], asked: Partial<Question> = {}): string {
  const question = { actions: ["log:GetLogStore"], resource: store, facts: {}, ...asked };
  return decide([parsePolicy(policyText(...grants), "identity")], question);
}

test.each<[string, string, boolean]>([
  ["*", "", true],
  ["log:*", "log:GetConfig", true],
  ["log:Get*", "log:ListConfig", false],
  ["log:?etConfig", "log:GetConfig", true],
  ["acs:log:*:*:project/*/logstore/app-*", "acs:log:cn-hangzhou:1:project/p/logstore/app-1", true],
  ["acs:log:*:*:project/*/logstore/app-*", "acs:log:cn-hangzhou:1:project/p/logstore/web-1", false],
  ["a*b*c", "a-b-b-c", true],
  ["a*b*c", "a-c-b", false],
  ["project/p", "project/p2", false],
])("%s against %s is %s", (pattern, text, holds) => {
  expect(matchesWildcard(pattern, text)).toBe(holds);
});

test("a pattern of many stars does not cost more than its length times the text's", () => {
  let matches = true;
  const took = cpuMs(() => (matches = matchesWildcard("*a".repeat(500), "a".repeat(5000) + "b")));
  expect(matches).toBe(false);
  expect(took).toBeLessThan(500);
});

describe("a policy", () => {
  test.each<[string, readonly Grant[], string]>([
    ["allows what it names", [{ Action: "log:GetLogStore" }], "Allow"],
    ["knows actions in any case", [{ Action: "LOG:getlogstore" }], "Allow"],
    ["does not allow what it does not name", [{ Action: "log:GetLogs" }], "ImplicitDeny"],
    ["allows on the resources that it names only", [{ Action: "log:*", Resource: `${store}2` }], "ImplicitDeny"],
    ["takes lists", [{ Action: ["ecs:*", "log:Get*"], Resource: ["acs:ecs:*", "acs:log:*:*:project/p/*"] }], "Allow"],
    [
      "denies although another statement allows",
      [{ Action: "*" }, { Effect: "Deny", Action: "log:Get*" }],
      "ExplicitDeny",
    ],
    [
      "denies on other resources only",
      [{ Action: "*" }, { Effect: "Deny", Action: "*", Resource: "acs:ecs:*" }],
      "Allow",
    ],
  ])("%s", (_title, grants, decision) => {
    expect(decideBy(grants)).toBe(decision);
  });

  test("with NotAction covers everything else", () => {
    const document = parsePolicy(
      '{"Version":"1","Statement":[{"Effect":"Allow","NotAction":"log:Delete*","Resource":"*"}]}',
      "identity",
    );
    const ask = (action: string): string => decide([document], { actions: [action], resource: store, facts: {} });
    expect([ask("log:GetLogs"), ask("log:DeleteLogStore")]).toEqual(["Allow", "ImplicitDeny"]);
  });

  test("may use either spelling of an action, to allow and to deny", () => {
    const actions = ["log:ApplyConfigToGroup", "log:ApplyConfigToMachineGroup"];
    expect(decideBy([{ Action: "log:ApplyConfigToMachineGroup" }], { actions })).toBe("Allow");
    const denied = [{ Action: "log:*" }, { Effect: "Deny", Action: "log:ApplyConfigToGroup" }] as const;
    expect(decideBy(denied, { actions })).toBe("ExplicitDeny");
  });
});

describe("a condition", () => {
  const facts = {
    "acs:SourceIp": "10.1.2.3",
    "acs:SecureTransport": "true",
    "acs:CurrentTime": "2026-11-21T12:00:00.000Z",
    "oidc:sub": "project_path:group/app:ref_type:branch:ref:main",
    "oidc:aud": ["sls", "other"],
  };
  test.each<[object, boolean]>([
    [{ IpAddress: { "acs:SourceIp": ["192.168.0.0/16", "10.0.0.0/8"] } }, true],
    [{ IpAddress: { "acs:SourceIp": "10.1.2.4" } }, false],
    [{ IpAddress: { "acs:SourceIp": "::/0" } }, false],
    [{ NotIpAddress: { "acs:SourceIp": "10.0.0.0/8" } }, false],
    [{ Bool: { "acs:SecureTransport": true } }, true],
    [{ Bool: { "acs:SecureTransport": "false" } }, false],
    [{ StringEquals: { "oidc:aud": "other" } }, true],
    [{ StringEquals: { "OIDC:Aud": ["nobody"] } }, false],
    [{ StringLike: { "oidc:sub": "project_path:group/*:ref:main" } }, true],
    [{ StringNotLike: { "oidc:sub": "project_path:group/*" } }, false],
    [{ StringEqualsIgnoreCase: { "oidc:aud": "SLS" } }, true],
    [{ DateLessThan: { "acs:CurrentTime": "2026-12-01T00:00:00Z" } }, true],
    [{ DateGreaterThanEquals: { "acs:CurrentTime": "2026-12-01T00:00:00Z" } }, false],
    [{ StringEquals: { "acs:MFAPresent": "true" } }, false],
    [{ StringNotEquals: { "acs:MFAPresent": "true" } }, true],
    [{ Bool: { "acs:SecureTransport": "true" }, IpAddress: { "acs:SourceIp": "11.0.0.0/8" } }, false],
  ])("%j is %s", (Condition, holds) => {
    expect(decideBy([{ Action: "*", Condition }], { facts })).toBe(holds ? "Allow" : "ImplicitDeny");
  });

  test("knows an IPv4 address that came by an IPv6 socket", () => {
    const Condition = { IpAddress: { "acs:SourceIp": "127.0.0.0/8" } };
    expect(decideBy([{ Action: "*", Condition }], { facts: { "acs:SourceIp": "::ffff:127.0.0.1" } })).toBe("Allow");
  });
});

test.each<[string, string]>([
  ["{", "the document is not valid JSON"],
  ["[]", "the document must be an object"],
  ['{"Version":"2012-10-17","Statement":[]}', 'Version must be "1", got "2012-10-17"'],
  ['{"Version":"1","Statement":[]}', "Statement must be a list with at least one statement"],
  [
    '{"Version":"1","Statement":[{"Effect":"allow","Action":"*","Resource":"*"}]}',
    'Statement[0].Effect must be Allow or Deny, got "allow"',
  ],
  [
    '{"Version":"1","Statement":[{"Effect":"Allow","Resource":"*"}]}',
    "Statement[0] must have Action or NotAction, and not both",
  ],
  ['{"Version":"1","Statement":[{"Effect":"Allow","Action":"*"}]}', "Statement[0] must have a Resource"],
  [
    '{"Version":"1","Statement":[{"Effect":"Allow","Action":[1],"Resource":"*"}]}',
    "Statement[0].Action must be a text or a list of texts, got 1",
  ],
  [
    '{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Principal":{"RAM":"*"}}]}',
    "Statement[0] must have no Principal",
  ],
])("%s is malformed: %s", (text, why) => {
  expect(() => parsePolicy(text, "identity")).toThrow(new PolicyProblem(why));
});

test("an operator that is none is named with those that are", () => {
  const text = policyText({ Action: "*", Condition: { StringIs: { a: "b" } } });
  expect(() => parsePolicy(text, "identity")).toThrow(/names the operator StringIs, which is none of StringEquals, /);
});
