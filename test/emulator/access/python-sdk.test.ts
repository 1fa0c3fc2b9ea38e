/** The Python SDK with temporary credentials: what the role may, and what it may not, by a client that we did not write. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect } from "vitest";
import { accountId, credentialsOf, makeRole, makeUser, trustText } from "../../support/access";
import { testCloud, withLogstore, type TestCloud } from "../../support/local-cloud";
import { rpc } from "../../support/rpc";
import { pythonWithSdk, testWith } from "../../support/tools";

const python = pythonWithSdk();
const test = testWith("Python with aliyun-log-python-sdk", python);
const run = promisify(execFile);

const script = `
import json, os
from aliyun.log import LogClient, LogException
client = LogClient("https://cn-hangzhou.log.aliyuncs.com", os.environ["KEY_ID"], os.environ["KEY_SECRET"],
    securityToken=os.environ.get("TOKEN"), auth_version=os.environ["AUTH"], region="cn-hangzhou")
def ask(call):
    try:
        call()
        return "done"
    except LogException as error:
        return [error.get_error_code(), error.get_error_message()]
print(json.dumps({
    "logstores": ask(lambda: client.list_logstore("test-project")),
    "applied": ask(lambda: client.get_machine_group_applied_configs("test-project", "group")),
    "delete": ask(lambda: client.delete_logstore("test-project", "test-logstore")),
}))
`;

let cloud: TestCloud;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  cloud = await testCloud();
  await withLogstore(cloud);
  const caller = await makeUser(cloud, "caller", [{ Action: "sts:AssumeRole" }]);
  const trust = trustText({ RAM: [`acs:ram::${accountId}:root`] });
  const RoleArn = await makeRole(cloud, "reader", trust, [{ Action: "log:List*" }]);
  const given = { RoleArn, RoleSessionName: "python" };
  const session = credentialsOf(await rpc(cloud, "sts", "AssumeRole", given, { credentials: caller }));
  env = { KEY_ID: session.accessKeyId, KEY_SECRET: session.accessKeySecret, TOKEN: session.securityToken };
});
afterAll(() => cloud.close());

async function ask(AUTH: string, more: NodeJS.ProcessEnv = {}): Promise<unknown> {
  const all = { ...process.env, ...cloud.env(), ...env, ...more, AUTH };
  const { stdout } = await run(python ?? "", ["-c", script], { env: all });
  return JSON.parse(stdout);
}

const denied = (action: string, resource: string): string[] => [
  "Unauthorized",
  `denied by sts or ram, action: log:${action}, resource: acs:log:cn-hangzhou:${accountId}:project/test-project/${resource}`,
];

test.each(["v1", "v4"])("does with a token what the role may, signed %s", async (auth) => {
  expect(await ask(auth)).toEqual({
    logstores: "done",
    applied: denied("GetAppliedConfigs", "machinegroup/group"),
    delete: denied("DeleteLogStore", "logstore/test-logstore"),
  });
});

test("is refused with another token", async () => {
  const refused = ["Unauthorized", "The security token you provided is invalid."];
  expect(await ask("v1", { TOKEN: "CAISother" })).toEqual({ logstores: refused, applied: refused, delete: refused });
});
