/** The services of the images, by what they do. */
import { request } from "node:http";
import { names } from "../cloud";
import { machineAddress } from "../network";
import { patienceMs, until } from "../run";
import { machineOf } from "../world";
import { expectSame, type Check } from "./check";

export const todoList: Check = {
  name: "todo-list's journal arrives",
  run: async (world) => {
    const machine = machineOf(world);
    const tasks = `http://${machineAddress}:8080/tasks`;
    const post = { method: "POST", body: JSON.stringify({ description: "Prüfe 日志" }) };
    const { uuid } = (await (await fetch(tasks, post)).json()) as { uuid: string };
    const gone = await fetch(`${tasks}/${uuid}`, { method: "DELETE" });
    expectSame("DELETE", gone.status, 204);
    const procid = String(await machine.mainPid("todo-list.service"));
    // Machines that were too slow for the bar of the first line have logged as well.
    const logs = await world.cloud.arrivedWhere(
      "three logs of todo-list",
      (log) => log["app-name"] === "todo-list" && log["procid"] === procid && log["hostname"] === "vm-1",
      3,
    );
    const wanted = [
      "Started todo-list on port 8080",
      `Create a new task: Task{uuid='${uuid}', description='Prüfe 日志'}`,
      `Delete the task with the UUID: ${uuid}`,
    ];
    const messages = logs.map(({ msg = "" }) => msg.replace(/^.*? : /, ""));
    expectSame("messages", messages.slice(-3), wanted);
    const fields = logs.map((log) => [log["pri-text"], log["__topic__"], log["__source__"]].join(" "));
    expectSame("fields", [...new Set(fields)], [`daemon.info  ${machineAddress}`]);
    return `${logs.length} lines, its first among them`;
  },
};

export const certificateUpdater: Check = {
  name: "certificate-updater's journal arrives",
  run: async (world) => {
    const machine = machineOf(world);
    await world.cloud.arrived("certificate-updater", 1);
    const make =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=todo.example -keyout /dev/null -out";
    await machine.sh(
      `cd /etc/certificate-updater; ${make} site.pem -days 10 2>/dev/null; printf '#!/bin/sh\\n${make} "$1" -days 90 2>/dev/null\\n' > renew; chmod 755 renew; systemctl start certificate-updater.service certificate-updater.service; systemctl start certificate-updater.service`,
    );
    const logs = await world.cloud.arrived("certificate-updater", 5);
    const said = logs.map(({ msg = "" }) =>
      msg.replace(/ (until|on) .* GMT/, " $1 …").replace("/etc/certificate-updater/", ""),
    );
    const looked = "INFO Looked at 1 certificates";
    expectSame("messages", said.slice(-4), [
      "INFO site.pem ends on …: renewing it",
      looked,
      "INFO site.pem is good until …",
      looked,
    ]);
    return `${logs.length} lines; a certificate that was due is renewed`;
  },
};

const proxyPort = 3128;

/** What squid answers to a request through it. */
const through = (method: string, target: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const host = /^(?:http:\/\/)?([^/]*)/.exec(target)?.[1] ?? "";
    const sent = request({
      host: machineAddress,
      port: proxyPort,
      method,
      path: target,
      headers: { host },
      timeout: patienceMs,
    });
    const end = (status: number): void => {
      sent.destroy();
      resolve(status);
    };
    sent.on("response", (reply) => end(reply.statusCode ?? 0));
    sent.on("connect", (reply, socket) => {
      socket.destroy();
      end(reply.statusCode ?? 0);
    });
    sent.on("timeout", () => sent.destroy(new Error(`no answer to ${method} ${target}`)));
    sent.on("error", reject);
    sent.end();
  });

export const squid: Check = {
  name: "squid lets through Log Service alone",
  run: async (world) => {
    const endpoint = `${names.project}.${names.region}.log.aliyuncs.com`;
    const opened = async (): Promise<number> =>
      Number(await machineOf(world).sh("grep -c 'Accepting HTTP Socket' /var/log/squid/cache.log || true"));
    const before = await opened();
    await machineOf(world).sh(`cat >> /etc/hosts; systemctl reload squid.service`, {
      input: [
        `10.99.0.1 ${endpoint} other.example evil-log.aliyuncs.com cn-hangzhou.log.aliyuncs.com.other.example`,
        "127.0.0.1 rebound.log.aliyuncs.com",
        "::1 rebound6.log.aliyuncs.com",
        "0.0.0.0 zero.log.aliyuncs.com\n",
      ].join("\n"),
    });
    // It closes its port, some time after it was told, and opens it again.
    await until("squid's port", patienceMs, async () => ((await opened()) > before ? true : undefined));
    const asked = world.cloud.local.requests.filter(({ host }) => host === endpoint).length;
    const found = {
      endpoint: await through("GET", `http://${endpoint}/logstores`),
      tunnel: await through("CONNECT", `${endpoint}:443`),
      otherPort: await through("CONNECT", `${endpoint}:22`),
      otherHost: await through("GET", "http://other.example/"),
      otherTunnel: await through("CONNECT", "other.example:443"),
      address: await through("GET", "http://10.99.0.1/"),
      metadata: await through("GET", "http://100.100.100.200/latest/meta-data/"),
      otherMethod: await through("PUT", "http://other.example/"),
      clearTunnel: await through("CONNECT", `${endpoint}:80`),
      tunnelToAddress: await through("CONNECT", "10.99.0.1:443"),
      tunnelToAddress6: await through("CONNECT", "[::1]:443"),
      looksLike: await through("GET", "http://evil-log.aliyuncs.com/"),
      continued: await through("GET", "http://cn-hangzhou.log.aliyuncs.com.other.example/"),
      rebound: await through("GET", `http://rebound.log.aliyuncs.com/`),
      rebound6: await through("GET", `http://rebound6.log.aliyuncs.com/`),
      reboundTunnel: await through("CONNECT", `rebound.log.aliyuncs.com:443`),
      zero: await through("CONNECT", "zero.log.aliyuncs.com:443"),
      manager: await through("GET", "http://log-proxy:3128/squid-internal-mgr/menu"),
      managerOfEndpoint: await through("GET", `http://${endpoint}:3128/squid-internal-mgr/menu`),
      cacheObject: await through("GET", "cache_object://127.0.0.1/menu"),
    };
    // Log Service refuses what is not signed.
    expectSame("answers", found, {
      endpoint: 400,
      tunnel: 200,
      otherPort: 403,
      otherHost: 403,
      otherTunnel: 403,
      address: 403,
      metadata: 403,
      otherMethod: 403,
      clearTunnel: 403,
      tunnelToAddress: 403,
      tunnelToAddress6: 403,
      looksLike: 403,
      continued: 403,
      rebound: 403,
      rebound6: 403,
      reboundTunnel: 403,
      zero: 403,
      manager: 403,
      managerOfEndpoint: 403,
      cacheObject: 403,
    });
    const now = world.cloud.local.requests.filter(({ host }) => host === endpoint).length;
    if (now <= asked) throw new Error("the request did not reach Log Service");
    const logs = await world.cloud.arrivedWhere(
      "squid's log of accesses",
      (log) => /squid/.test(log["app-name"] ?? "") && /TCP_DENIED/.test(log["msg"] ?? ""),
      5,
    );
    return `endpoints pass, ${logs.length} others are refused and logged`;
  },
};
