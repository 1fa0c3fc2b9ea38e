import type { RequestLogEntry } from "../../../emulator";
import { patienceMs, until } from "../run";
import { bootIn, machineOf, playEcs, setHostname, type World } from "../world";
import { expectSame, timed, type Check } from "./check";
import { expectLines, programOf, writeLines } from "./lines";

/** Aim: the first line of a machine is stored so long after it was switched on, ms. */
const firstLineWithin = 2000;

const firstLine = async (world: World): Promise<string> =>
  timed("first line stored after", await bootOnce(world, `${world.image}-vm`), firstLineWithin);

/** Resolves to the time from power on to the first line in the logstore, ms. */
async function bootOnce(world: World, name: string): Promise<number> {
  const tree = await (world.baked ?? fail()).copy(world.work, name);
  setHostname(tree, "vm-1");
  playEcs(tree);
  const stored = (): number => world.cloud.local.requests.filter(isStored).length;
  const before = stored();
  const machine = await bootIn(world, name, tree);
  [world.machine, world.tree] = [machine, tree];
  await until("the first line in the logstore", patienceMs, () => (stored() > before ? true : undefined));
  const took = performance.now() - machine.bootedAt;
  await machine.running();
  return took;
}

const isStored = ({ operation, status }: RequestLogEntry): boolean =>
  operation === "PostLogStoreLogs" && status === 200;

const fail = (): never => {
  throw new Error("there is no image: its bake failed");
};

const logger: Check = {
  name: "logger lines arrive, in order",
  run: async (world) => {
    const queue = await machineOf(world).sh("cat /proc/sys/net/unix/max_dgram_qlen");
    expectSame("net.unix.max_dgram_qlen", queue.trim(), "8192");
    await writeLines(world, "probe", 500);
    const text = await expectLines(world, "probe", 500);
    const [log] = await world.cloud.logsOf(programOf(world, "probe"));
    const { hostname, msg, procid } = log ?? {};
    expectSame(
      "fields",
      { hostname, msg, procid, pri: log?.["pri-text"] },
      { hostname: "vm-1", msg: "line 0 of the boot test", procid: "4711", pri: "local0.info" },
    );
    return text;
  },
};

const identity: Check = {
  name: "user-defined id, own user",
  run: async (world) => {
    const machine = machineOf(world);
    expectSame(
      "/etc/ilogtail/user_defined_id",
      await machine.sh("cat /etc/ilogtail/user_defined_id"),
      "logtail-id-dev\n",
    );
    const user = (await machine.sh(`ps -o user= -p ${await machine.mainPid("logtail.service")}`)).trim();
    if (user === "root") throw new Error("the agent runs as root");
    return `logtail-id-dev, as ${user}`;
  },
};

/** Units in the order in which they must be started. */
export const startOrder = (...units: readonly string[]): Check => ({
  name: "start order",
  run: async (world) => {
    const machine = machineOf(world);
    let ready = 0;
    const told: string[] = [];
    for (const unit of units) {
      const begun = Number(await machine.property(unit, "InactiveExitTimestampMonotonic"));
      if (begun === 0) throw new Error(`${unit} was never started`);
      if (begun < ready) throw new Error(`${unit} began ${(ready - begun) / 1000} ms before ${told.at(-1)} was ready`);
      ready = Number(await machine.property(unit, "ActiveEnterTimestampMonotonic"));
      told.push(unit.replace(/\.service$/, ""));
    }
    return told.join(" -> ");
  },
});

export const firstBoot: readonly Check[] = [{ name: "first boot, no unit failed", run: firstLine }, identity, logger];
