/** What may happen to a machine that lives. Each check has a program's name of its own, and its lines are counted. */
import { performance } from "node:perf_hooks";
import { patienceMs, until } from "../run";
import { bootIn, machineOf, setHostname, type World } from "../world";
import { expectSame, ms, type Check } from "./check";
import { expectLines, messageOf, programOf, settle, writeLines } from "./lines";

const agent = "logtail.service";
/** The service is out of reach until the agent has met it so often. */
const refusals = 6;

/** Waits until a unit has another main process than `old`, and is active. */
const again = (world: World, unit: string, old: number): Promise<number> =>
  until(`${unit} again`, patienceMs, async () => {
    const machine = machineOf(world);
    const pid = await machine.mainPid(unit);
    return pid !== 0 && pid !== old && (await machine.property(unit, "ActiveState")) === "active" ? pid : undefined;
  });

const killed: Check = {
  name: "kill -9 of the agent, while lines come",
  run: async (world) => {
    const machine = machineOf(world);
    const pid = await machine.mainPid(agent);
    await settle(world);
    // What is under way to the service at a kill comes twice: nobody knows whether it arrived. Here it is what rsyslog sends again.
    await world.cloud.local.pause();
    try {
      await writeLines(world, "killed", 200);
      await machine.sh(`kill -9 ${pid}`);
    } finally {
      await world.cloud.local.resume();
    }
    const begin = performance.now();
    await writeLines(world, "killed", 200, 200);
    await again(world, agent, pid);
    const back = performance.now() - begin;
    await writeLines(world, "killed", 100, 400);
    return `${await expectLines(world, "killed", 500)}, agent back after ${ms(back)}`;
  },
};

const hung: Check = {
  name: "agent hangs (SIGSTOP): watchdog",
  run: async (world) => {
    const machine = machineOf(world);
    // The unit's own 30 s are too long to wait for here, and less than this is less than a busy machine may take for a beat. A restart takes it over.
    await machine.sh(
      "mkdir -p /run/systemd/system/logtail.service.d && printf '[Service]\\nWatchdogSec=10\\nTimeoutAbortSec=1\\n' > /run/systemd/system/logtail.service.d/90-test.conf && systemctl daemon-reload && systemctl restart logtail.service",
    );
    const pid = await machine.mainPid(agent);
    await writeLines(world, "hung", 100);
    await expectLines(world, "hung", 100);
    await settle(world);
    await machine.sh(`kill -STOP ${pid}`);
    const begin = performance.now();
    await writeLines(world, "hung", 100, 100);
    await again(world, agent, pid);
    const back = performance.now() - begin;
    const text = await expectLines(world, "hung", 200);
    const said = await machine.sh("journalctl -u logtail.service -o cat | grep -c 'Watchdog timeout'");
    expectSame("watchdog time-outs in the journal", Number(said), 1);
    await machine.sh(
      "rm -r /run/systemd/system/logtail.service.d && systemctl daemon-reload && systemctl restart logtail.service",
    );
    return `${text}, agent back after ${ms(back)} (WatchdogSec=10)`;
  },
};

const rsyslogCrash: Check = {
  name: "rsyslog crashes (SIGSEGV)",
  run: async (world) => {
    const machine = machineOf(world);
    await writeLines(world, "crash", 100);
    await expectLines(world, "crash", 100);
    await settle(world);
    const pid = await machine.mainPid("rsyslog.service");
    await machine.sh(`kill -SEGV ${pid}`);
    await writeLines(world, "crash", 100, 100);
    await again(world, "rsyslog.service", pid);
    return expectLines(world, "crash", 200);
  },
};

const down: Check = {
  name: "agent down while 3,000 lines are logged",
  run: async (world) => {
    const machine = machineOf(world);
    await machine.sh(`systemctl stop ${agent}`);
    await writeLines(world, "down", 3000);
    const spooled = (await machine.sh("ls /var/spool/rsyslog | wc -l")).trim();
    await machine.sh(`systemctl start ${agent}`);
    return `${await expectLines(world, "down", 3000)} (${spooled} files in rsyslog's queue)`;
  },
};

const away: Check = {
  name: "Log Service out of reach",
  run: async (world) => {
    await writeLines(world, "away", 100);
    await expectLines(world, "away", 100);
    await world.cloud.local.pause();
    const begin = performance.now();
    await writeLines(world, "away", 900, 100);
    try {
      const before = world.cloud.proxy.refused;
      await until("the agent's tries", patienceMs, () =>
        world.cloud.proxy.refused - before >= refusals ? true : undefined,
      );
    } finally {
      await world.cloud.local.resume();
    }
    const gone = performance.now() - begin;
    return `${await expectLines(world, "away", 1000)}, away for ${ms(gone)}`;
  },
};

const reboot: Check = {
  name: "reboot",
  run: async (world) => {
    // None is under way to the service when the agent ends: it would come twice, for nobody knows whether it arrived.
    await world.cloud.local.pause();
    try {
      await writeLines(world, "reboot", 200);
      world.machine = await machineOf(world).reboot();
    } finally {
      await world.cloud.local.resume();
    }
    const machine = world.machine;
    const { bootedAt } = machine;
    await machine.running();
    await writeLines(world, "reboot", 1, 200);
    const text = await expectLines(world, "reboot", 201);
    return `${text}; found ${ms(performance.now() - bootedAt)} after it began again`;
  },
};

/** The disk of a machine that runs, with unsent lines on it, becomes that of another one; then the first goes on. */
const clone: Check = {
  name: "a clone sends nothing of the other's",
  run: async (world) => {
    const { tree, cloud } = world;
    const original = machineOf(world);
    if (tree === undefined) throw new Error("there is no tree");
    await cloud.local.pause();
    try {
      await writeLines(world, "cloned", 50);
      // The last one: what is in rsyslog's queue yet, the clone's rsyslog sends as its own.
      await until("the lines in the agent's buffer", patienceMs, async () =>
        (await original.sh(`grep -rl '${messageOf(49)}' /var/lib/sls-agent/buffer || true`)) === "" ? undefined : true,
      );
      await original.powerOff();
    } finally {
      await cloud.local.resume();
    }
    // As an image made from a snapshot: all of the disk, machine-id too; another instance.
    const copy = await tree.copy(world.work, `${world.image}-clone`);
    setHostname(copy, "vm-2");
    await cloud.playInstance("i-boottest0000000002");
    const machine = await bootIn(world, `${world.image}-clone`, copy);
    world.machine = machine;
    await machine.running();
    await writeLines(world, "clone", 10);
    await expectLines(world, "clone", 10);
    const [log] = await cloud.logsOf(programOf(world, "clone"));
    expectSame("hostname", log?.["hostname"], "vm-2");
    expectSame("lines of the original, sent by its clone", (await cloud.logsOf(programOf(world, "cloned"))).length, 0);
    await machine.powerOff();
    await cloud.playInstance("i-boottest0000000001");
    world.machine = await bootIn(world, `${world.image}-vm`, tree);
    return `0 of the other's 50 unsent lines; the other itself: ${await expectLines(world, "cloned", 50)}`;
  },
};

export const faults: readonly Check[] = [killed, hung, rsyslogCrash, down, away, reboot, clone];
