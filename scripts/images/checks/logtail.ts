/**
 * An image with the service's own Logtail in place of the agent. Its program and its installer cannot be had without the service, and the local
 * cloud does not speak their protocol: ../logtail/logtail.sh stands in for both, up to the lines that rsyslog brings to its port.
 */
import { copyFileSync, existsSync, lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bakeTree } from "../bake";
import { names, proxyUrl } from "../cloud";
import { machineWire } from "../network";
import { patienceMs, until } from "../run";
import type { Tree } from "../trees";
import { bootIn, machineOf, playEcs, setHostname } from "../world";
import { expectSame, ms, type Check } from "./check";
import { startOrder } from "./first-boot";
import { messageOf, programOf, writeLines } from "./lines";

const standIn = join(__dirname, "../logtail/logtail.sh");
const version = "1.8.7";
const count = 500;

export const withLogtail: Check = {
  name: "the image with Logtail's stand-in",
  run: async (world) => {
    // Both are at the same wire, one after the other. Without the agent its rsyslog would try for long to bring what it has.
    await machineOf(world).cutPower();
    delete world.machine;
    const {
      tree: baked,
      manifest,
      packerMs,
    } = await bakeTree(
      world,
      {
        name: `${world.image}-logtail`,
        wire: machineWire,
        collector: "logtail",
        variables: { logtail_url: "file:///root/logtail.sh", logtail_version: version },
        prepare: (tree) => copyFileSync(standIn, join(tree.path, "root/logtail.sh")),
      },
      () => undefined,
    );
    const { collector, logtail, agent } = manifest;
    expectSame("manifest", { collector, logtail, agent }, { collector: "logtail", logtail: { version } });
    expectClean(baked);

    const tree = await baked.copy(world.work, `${world.image}-logtail-vm`);
    setHostname(tree, "vm-1");
    playEcs(tree);
    const machine = await bootIn(world, `${world.image}-logtail-vm`, tree);
    [world.machine, world.tree] = [machine, tree];
    await machine.running();
    const order = await startOrder("logtail.service", "rsyslog.service", "todo-list.service").run(world);

    const starts = (await machine.sh("cat /root/logtail-starts")).trim().split("\n");
    const ids = starts.map((line) => JSON.parse(line) as { ids: string[]; proxy: string });
    const told = ids.map((one) => `${one.ids.join()} ${one.proxy}`.trim());
    expectSame("its id and proxy at the bake and at the boot", told, ["", `${names.userDefinedId} ${proxyUrl}`]);
    const info = JSON.parse(await machine.sh("cat /usr/local/ilogtail/app_info.json")) as { hostname: string };
    expectSame("hostname of app_info.json", info.hostname, "vm-1");
    const at = (await machine.sh("ss -Hltn 'sport = :11111' | awk '{ print $4 }'")).trim();
    expectSame("where it listens", at, "127.0.0.1:11111");

    await writeLines(world, "stream", count);
    const lines = await until("the lines at Logtail's port", patienceMs, async () => {
      const found = streamLines(await machine.sh("cat /root/logtail-lines || true"), programOf(world, "stream"));
      return found.length >= count ? found : undefined;
    });
    expectSame(
      "messages",
      lines,
      Array.from({ length: count }, (_, n) => messageOf(n)),
    );
    await machine.sh("grep -q ' todo-list .*Started todo-list on port 8080' /root/logtail-lines");
    return `baked in ${ms(packerMs)}; ${order}; ${count} lines at its port, 0 lost, 0 doubled`;
  },
};

/** Throws where the image tells of who made it, or would start Logtail besides its unit. */
function expectClean({ path }: Tree): void {
  const home = "usr/local/ilogtail";
  const wants = "etc/systemd/system/default.target.wants/ilogtaild.service";
  for (const gone of [
    ...["app_info.json", "user_log_config.json", "ilogtail.LOG"].map((name) => join(home, name)),
    ...["etc/init.d/ilogtaild", "etc/systemd/system/ilogtaild.service", wants, "tmp/logtail_check_point"],
    ...["usr/bin/sls-agent", "etc/ilogtail/sls-agent.json"],
  ]) {
    if (lstatSync(join(path, gone), { throwIfNoEntry: false })) throw new Error(`the image holds /${gone}`);
  }
  if (existsSync(join(path, "root/logtail-lines"))) throw new Error("lines of the bake were collected");
  const ids = readFileSync(join(path, "etc/ilogtail/user_defined_id"), "utf8");
  expectSame("/etc/ilogtail/user_defined_id", ids, `${names.userDefinedId}\n`);
}

/** Messages of a program in Logtail's stream format 0.1, with the fields that `logger` gave. */
function streamLines(text: string, program: string): string[] {
  const line = new RegExp(
    `^0\\.1 sys_tag \\d{10} 127\\.0\\.0\\.1 vm-1 local0\\.info \\d ${program} 4711 - +(.*)$`,
    "gm",
  );
  return [...text.matchAll(line)].map(([, message = ""]) => message);
}
