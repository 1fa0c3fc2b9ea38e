/** RAM users and roles with a policy, made through the API of a local cloud. */
import type { LocalCloud } from "../../emulator";
import type { Credentials } from "../../sls";
import { memberOf, rpc, type RpcCallOptions } from "./rpc";

export const accountId = "1000000000000000";

export interface Grant {
  readonly Effect?: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: object;
}

export const policyText = (...grants: readonly Grant[]): string =>
  JSON.stringify({ Version: "1", Statement: grants.map((grant) => ({ Effect: "Allow", Resource: "*", ...grant })) });

export const trustText = (Principal: object, Condition?: object): string =>
  JSON.stringify({
    Version: "1",
    Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal, ...(Condition ? { Condition } : {}) }],
  });

async function expectDone(reply: Promise<{ status: number }>): Promise<unknown> {
  const answer = await reply;
  if (answer.status !== 200) throw new Error(JSON.stringify(answer));
  return answer;
}

/** Makes a user with a policy of its own, and a key for it. */
export async function makeUser(
  cloud: LocalCloud,
  name: string,
  grants: readonly Grant[],
  options: RpcCallOptions = {},
): Promise<Credentials> {
  const ram = (action: string, given: Record<string, string>): Promise<unknown> =>
    expectDone(rpc(cloud, "ram", action, given, options));
  await ram("CreateUser", { UserName: name });
  if (grants.length > 0) {
    await ram("CreatePolicy", { PolicyName: name, PolicyDocument: policyText(...grants) });
    await ram("AttachPolicyToUser", { UserName: name, PolicyName: name, PolicyType: "Custom" });
  }
  const made = await ram("CreateAccessKey", { UserName: name });
  return {
    accessKeyId: String(memberOf(made, "AccessKey.AccessKeyId")),
    accessKeySecret: String(memberOf(made, "AccessKey.AccessKeySecret")),
  };
}

/** Makes a role with a policy of its own, and resolves to its ARN. */
export async function makeRole(
  cloud: LocalCloud,
  name: string,
  trust: string,
  grants: readonly Grant[],
  options: RpcCallOptions = {},
): Promise<string> {
  const ram = (action: string, given: Record<string, string>): Promise<unknown> =>
    expectDone(rpc(cloud, "ram", action, given, options));
  const made = await ram("CreateRole", { RoleName: name, AssumeRolePolicyDocument: trust });
  await ram("CreatePolicy", { PolicyName: `role-${name}`, PolicyDocument: policyText(...grants) });
  await ram("AttachPolicyToRole", { RoleName: name, PolicyName: `role-${name}`, PolicyType: "Custom" });
  return String(memberOf(made, "Role.Arn"));
}

export const credentialsOf = (reply: unknown): Credentials => ({
  accessKeyId: String(memberOf(reply, "Credentials.AccessKeyId")),
  accessKeySecret: String(memberOf(reply, "Credentials.AccessKeySecret")),
  securityToken: String(memberOf(reply, "Credentials.SecurityToken")),
});
