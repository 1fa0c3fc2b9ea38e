/** The bundled agent with the role of an instance, as on a machine in the cloud: rights, and their renewal. */
import { describe, expect, it, onTestFinished } from "vitest";
import { agentCredentials } from "../../../agent/config/credentials";
import { makeRole, trustText, type Grant } from "../../support/access";
import { documentedRights } from "../../support/agent-rights";
import { rpc } from "../../support/rpc";
import { builtAgent, spawnAgent, type RunningAgent } from "../support/bundle";
import { cloudBench, stopped, writeLines, type CloudBench } from "../support/cloud-bench";

const documented = documentedRights("test-project");

const instance = { InstanceIds: '["i-local0000000000000001"]' };

async function machineWith(grants: readonly Grant[]): Promise<CloudBench> {
  const b = await cloudBench({ metadata: { port: 0, tokens: "required" } });
  await makeRole(b.cloud, "vm", trustText({ Service: ["ecs.aliyuncs.com"] }), grants);
  await rpc(b.cloud, "ecs", "AttachInstanceRamRole", { RamRoleName: "vm", ...instance });
  return b;
}

describe("the agent with the role of its instance", () => {
  const agent = builtAgent();
  const run = (b: CloudBench, env: NodeJS.ProcessEnv = {}): RunningAgent =>
    spawnAgent(agent.path(), ["run", ...b.args("http://cn-hangzhou.log.aliyuncs.com")], {
      HTTP_PROXY: b.cloud.url,
      ALIBABA_CLOUD_ECS_METADATA: "vm",
      ALIBABA_CLOUD_ECS_METADATA_SERVICE_ENDPOINT: b.cloud.metadataUrl,
      SLS_AGENT_LINGER_MS: "20",
      SLS_AGENT_DRAIN_SECONDS: "0",
      ...env,
    });

  it.each(["vm", "auto"])(
    "works with the documented rights and no other (role %s)",
    async (ALIBABA_CLOUD_ECS_METADATA) => {
      const b = await machineWith(documented);
      const running = run(b, { ALIBABA_CLOUD_ECS_METADATA });
      await writeLines(running, ["one", "two"]);
      await expect.poll(() => b.messages()).toHaveLength(2);
      await stopped(running);
      expect(running.events()).toContainEqual(
        expect.objectContaining({ event: "CredentialsRenewed", until: expect.any(String) as string }),
      );
      const ours = b.cloud.requests.filter(({ operation }) =>
        documented.some(({ Action }) => Action === `log:${operation}`),
      );
      expect(new Set(ours.map(({ status }) => status))).toEqual(new Set([200]));
      expect(new Set(ours.map(({ operation }) => `log:${operation}`))).toEqual(
        new Set(documented.map((one) => one.Action)),
      );
      expect(JSON.stringify(running.events())).not.toMatch(/CAIS|AccessKeySecret/);
    },
  );

  it.each(documented.map(({ Action }) => String(Action)))(
    "lacking %s says so, loses nothing, and goes on when it is given",
    async (lacking) => {
      const b = await machineWith(documented.filter(({ Action }) => Action !== lacking));
      const running = run(b);
      const sends = lacking === "log:PostLogStoreLogs";
      if (sends) await writeLines(running, ["kept"]);
      const { why, message } = await running.awaitEvent(sends ? "SendFailed" : "WaitingFor");
      expect(String(why ?? message)).toContain("Unauthorized");
      expect(String(why ?? message)).toContain(lacking);
      const all = { Version: "1", Statement: documented.map((one) => ({ Effect: "Allow", ...one })) };
      const made = { PolicyName: "role-vm", PolicyDocument: JSON.stringify(all), SetAsDefault: "true" };
      expect(await rpc(b.cloud, "ram", "CreatePolicyVersion", made)).toMatchObject({ status: 200 });
      if (!sends) await writeLines(running, ["kept"]);
      await expect.poll(() => b.messages()).toEqual(["kept"]);
      await stopped(running);
    },
  );

  it("keeps its lines while no role is attached, says what to do, and sends them when one is", async () => {
    const b = await machineWith(documented);
    await stopped(await listening(run(b)));
    await rpc(b.cloud, "ecs", "DetachInstanceRamRole", { RamRoleName: "vm", ...instance });
    const running = run(b);
    expect(await running.awaitEvent("CredentialsNotRenewed")).toMatchObject({ from: "the RAM role vm" });
    await writeLines(running, ["early"]);
    expect(await running.awaitEvent("SendFailed")).toMatchObject({ code: "CredentialsMissing" });
    await rpc(b.cloud, "ecs", "AttachInstanceRamRole", { RamRoleName: "vm", ...instance });
    await expect.poll(() => b.messages()).toEqual(["early"]);
    await stopped(running);
  });

  it("goes on over the end of its credentials, though its own clock stands hours before that", async () => {
    let ahead = 0;
    const b = await cloudBench({ metadata: { port: 0 }, now: () => new Date(Date.now() + ahead) });
    await makeRole(b.cloud, "vm", trustText({ Service: ["ecs.aliyuncs.com"] }), documented, {
      now: new Date(),
    });
    await rpc(b.cloud, "ecs", "AttachInstanceRamRole", { RamRoleName: "vm", ...instance });
    const running = run(b);
    onTestFinished(() => void (ahead = 0));
    await writeLines(running, ["before"]);
    await expect.poll(() => b.messages()).toEqual(["before"]);
    // To the agent, whose clock stands behind, they have six hours still.
    ahead = 7 * 3_600_000;
    await writeLines(running, ["after"], Date.now() + ahead);
    await expect.poll(() => b.messages()).toEqual(["after"]);
    expect(running.events().filter(({ event }) => event === "CredentialsRenewed")).toHaveLength(2);
    await stopped(running);
  });
});

const listening = async (running: RunningAgent): Promise<RunningAgent> => {
  await running.awaitEvent("Listening");
  return running;
};

describe("where credentials come from", () => {
  const none = { credentialsFile: undefined, ecsRole: undefined };
  const key = { ALIBABA_CLOUD_ACCESS_KEY_ID: "id", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "secret" };
  const idOf = async (settings: typeof none | object, env: NodeJS.ProcessEnv): Promise<string> =>
    (
      await agentCredentials({ ...none, ...settings }, env)(
        () => new Date(),
        () => undefined,
      ).getCredentials()
    ).accessKeyId;

  it("a key in the environment comes before a role", async () => {
    expect(await idOf({ ecsRole: "vm" }, key)).toBe("id");
  });

  it("a file comes before a key", async () => {
    await expect(idOf({ credentialsFile: "/nowhere/sts.json" }, key)).rejects.toThrow(
      "the credentials file /nowhere/sts.json cannot be read (ENOENT)",
    );
  });

  it("a role that is disabled is none", () => {
    const env = { ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true" };
    expect(() => agentCredentials({ ...none, ecsRole: "vm" }, env)).toThrow("no access key id");
    expect(() => agentCredentials(none, {})).toThrow("no access key id");
  });
});
