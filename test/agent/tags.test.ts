/** The bundled agent against the local cloud: tags of what is sent. */
import { hostname } from "node:os";
import { expect, it } from "vitest";
import { allLogs } from "../support/local-cloud";
import { builtAgent, spawnAgent } from "./support/bundle";
import { cloudBench, stopped, writeLines } from "./support/cloud-bench";
import { until } from "./support/world";

/** In a name that the local cloud stands for, through its proxy. */
const endpoint = "http://cn-hangzhou.log.aliyuncs.com";
const agent = builtAgent();

it("tags of the settings and of the machine go with every log, with those that a kill left on disk too", async () => {
  const b = await cloudBench();
  const config = { configName: "my-config", inputType: "syslog", outputType: "LogService" } as const;
  const setTag = (enableTag: boolean): Promise<void> =>
    b.client.updateLogtailConfig(b.project, {
      ...config,
      inputDetail: { tag: "sys_tag", enableTag },
      outputDetail: { logstoreName: b.logstore },
    });
  await setTag(true);
  const env = { ...b.cloud.env(), SLS_AGENT_TAGS: "env=prod,team=web" };
  const away = b.cloud.faults.add({ operation: "PostLogStoreLogs", error: "ServerBusy" });
  const killed = spawnAgent(agent.path(), ["run", ...b.args(endpoint)], env);
  await writeLines(killed, ["before the kill"]);
  await killed.awaitEvent("SendFailed");
  killed.process.kill("SIGKILL");
  await killed.ended;
  away.remove();

  const running = spawnAgent(agent.path(), ["run", ...b.args(endpoint)], { ...env, SLS_AGENT_TAGS: "env=test" });
  await writeLines(running, ["after it"]);
  await until("both are stored", async () => (await b.messages()).length === 2);
  await setTag(false);
  await running.awaitEvent("ConfigChanged");
  await until(
    "the change is seen",
    () => running.events().filter(({ event }) => event === "ConfigChanged").length === 2,
  );
  await writeLines(running, ["without the machine's"]);
  await stopped(running);

  const machine = { "__tag__:__hostname__": hostname(), "__tag__:__user_defined_id__": "logtail-id-dev" };
  const logs = await allLogs(b.client, b.project, b.logstore);
  const tagsOf = (msg: string): object =>
    Object.fromEntries(
      Object.entries(logs.find((log) => log["msg"] === msg) ?? {}).filter(
        ([name]) => name.startsWith("__tag__:") && !/__(?:receive_time|client_ip)__$/.test(name),
      ),
    );
  expect(tagsOf("before the kill")).toEqual({ ...machine, "__tag__:env": "prod", "__tag__:team": "web" });
  expect(tagsOf("after it")).toEqual({ ...machine, "__tag__:env": "test" });
  expect(tagsOf("without the machine's")).toEqual({ "__tag__:env": "test" });
});
