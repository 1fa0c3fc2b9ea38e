/** Policies that meet: a user's own, a session's, a project's. */
import { expect, test } from "vitest";
import { authorize } from "../../../emulator/access/authorize";
import type { Principal } from "../../../emulator/access/principal";
import { newAccessState } from "../../../emulator/store/access";
import { accountId } from "../../support/access";

const state = newAccessState();
const resource = `acs:log:cn-hangzhou:${accountId}:project/p/logstore/ls`;
const question = { actions: ["log:WebTracking"], resource, facts: { "acs:SourceIp": "203.0.113.9" } };
const root: Principal = { type: "root" };
const projectPolicy = (statement: object): string =>
  JSON.stringify({ Version: "1", Statement: [{ Action: "log:*", Resource: "*", ...statement }] });
const outside = { NotIpAddress: { "acs:SourceIp": "10.0.0.0/8" } };

test("what needs no signature needs no permission, but a project's policy may deny it", () => {
  expect(authorize(state, undefined, question)).toBe("Allow");
  expect(authorize(state, undefined, question, projectPolicy({ Effect: "Deny", Principal: ["*"] }))).toBe(
    "ExplicitDeny",
  );
  const inside = projectPolicy({ Effect: "Deny", Principal: ["*"], Condition: outside });
  expect(authorize(state, undefined, { ...question, facts: { "acs:SourceIp": "10.1.2.3" } }, inside)).toBe("Allow");
});

test.each([
  ["for everybody", { Principal: ["*"] }, "Allow"],
  ["that names nobody", {}, "Allow"],
  ["for everybody, with a condition", { Principal: ["*"], Condition: outside }, "ExplicitDeny"],
  ["for another account", { Principal: ["2000000000000000"] }, "Allow"],
  ["for the account itself", { Principal: { RAM: [`acs:ram::${accountId}:root`] } }, "ExplicitDeny"],
])("the owner and a denial %s", (_which, statement, decision) => {
  expect(authorize(state, root, question, projectPolicy({ Effect: "Deny", ...statement }))).toBe(decision);
});
