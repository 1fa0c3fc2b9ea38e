/** What stands between the agent and the service: proxies that die, credentials that end. */
import { describe, expect, it, onTestFinished } from "vitest";
import { builtAgent } from "../agent/support/bundle";
import { temporaryFolder } from "../agent/support/folder";
import { makeRole, trustText } from "../support/access";
import { startMicrosocks, startSquid } from "../support/proxies";
import { rpc } from "../support/rpc";
import { testWith, tool } from "../support/tools";
import { FaultBench, endOf, pause, portOf, project } from "./support/bench";
import { stream } from "./support/lines";

const perSecond = 2_000;
const clean = { keptOnDisk: 0, lost: 0 };
const region = "cn-hangzhou.sls.test";
const hosts = [region, `${project}.${region}`];

const testSquid = testWith("squid", tool("squid"));
const isRoot = process.getuid?.() === 0 && tool("unshare") !== undefined;
const testSocks = testWith("microsocks (as root)", isRoot ? tool("microsocks") : undefined);

describe("a forward proxy", () => {
  const agent = builtAgent();

  for (const [name, start, judge] of [
    ["squid", startSquid, testSquid],
    ["microsocks", startMicrosocks, testSocks],
  ] as const) {
    judge(`${name} dies and comes back, three times: none lost`, async () => {
      const bench = await FaultBench.start(agent.path());
      const proxy = await start(temporaryFolder(), hosts);
      onTestFinished(() => proxy.kill());
      const { NODE_EXTRA_CA_CERTS } = bench.cloud.env();
      const env = { HTTP_PROXY: undefined, ALL_PROXY: proxy.address, NODE_EXTRA_CA_CERTS };
      const running = bench.agent(env, "--endpoint", `https://${region}:${bench.cloud.port}`);
      let over = false;
      const sending = stream(await portOf(running), 0, { perSecond, stop: () => over });
      for (let death = 0; death < 3; death++) {
        await pause(600);
        await proxy.kill();
        await pause(600);
        await proxy.start();
      }
      await pause(600);
      over = true;
      const count = await sending;
      await bench.allStored(count);
      expect(await endOf(running)).toMatchObject({ ...clean, setAside: 0 });
      const { lost, doubled } = await bench.outcome(`${name} killed 3 times`, count);
      expect(lost).toBe(0);
      // What was under way at a death: a request of 100 ms or so of lines each.
      expect(doubled).toBeLessThan(3 * 1_000);
    });
  }
});

describe("the token of a RAM role", () => {
  const agent = builtAgent();

  it("ends under load, to a clock that does not know: none lost, none doubled", async () => {
    let ahead = 0;
    const bench = await FaultBench.start(agent.path(), {
      metadata: { port: 0 },
      now: () => new Date(Date.now() + ahead),
    });
    const Action = ["log:ListMachineGroup", "log:GetMachineGroup", "log:GetAppliedConfigs", "log:GetConfig"];
    const grants = [...Action, "log:PostLogStoreLogs"].map((one) => ({ Action: one, Resource: "*" }));
    await makeRole(bench.cloud, "vm", trustText({ Service: ["ecs.aliyuncs.com"] }), grants);
    const instance = { InstanceIds: '["i-local0000000000000001"]' };
    await rpc(bench.cloud, "ecs", "AttachInstanceRamRole", { RamRoleName: "vm", ...instance });
    const running = bench.agent({
      ALIBABA_CLOUD_ACCESS_KEY_ID: undefined,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: undefined,
      ALIBABA_CLOUD_ECS_METADATA: "vm",
      ALIBABA_CLOUD_ECS_METADATA_SERVICE_ENDPOINT: bench.cloud.metadataUrl,
    });
    let over = false;
    const sending = stream(await portOf(running), 0, { perSecond, stop: () => over });
    await pause(800);
    ahead = 7 * 3_600_000;
    await pause(1_500);
    over = true;
    const count = await sending;
    await bench.allStored(count);
    expect(await endOf(running)).toMatchObject({ ...clean, setAside: 0 });
    expect(running.events().filter(({ event }) => event === "CredentialsRenewed").length).toBeGreaterThanOrEqual(2);
    expect(await bench.outcome("RAM role's token ended", count)).toMatchObject({ lost: 0, doubled: 0 });
  });
});
