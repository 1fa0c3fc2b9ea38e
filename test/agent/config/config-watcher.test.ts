import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { ConfigWatcher } from "../../../agent/config/config-watcher";
import type { SyslogConfig } from "../../../agent/config/discovery";
import type { Identity } from "../../../agent/config/identity";
import type { AgentEvent } from "../../../agent/status/events";
import { Waits } from "../../../agent/status/waits";
import { SlsError } from "../../../sls/model";
import { FakeService, unreachable } from "../support/fake-service";
import { temporaryFolder } from "../support/folder";
import { ManualWorld } from "../support/world";

const me: Identity = { userDefinedIds: ["logtail-id-dev"], addresses: ["192.168.0.9"], problems: [] };

function bench(
  service: FakeService,
  folder = temporaryFolder(),
  identity = me,
): {
  world: ManualWorld;
  watcher: ConfigWatcher;
  events: AgentEvent[];
  seen: string[][];
} {
  const world = new ManualWorld();
  const events: AgentEvent[] = [];
  const seen: string[][] = [];
  const emit = (event: AgentEvent): void => void events.push(event);
  const watcher = new ConfigWatcher({
    service: service.configs,
    learnTime: (error) => error.code === "RequestTimeExpired" && !(service.down = undefined),
    endpoint: "e",
    projects: ["p"],
    configDir: "/etc/ilogtail",
    file: join(folder, "configs.json"),
    pollMs: 30_000,
    identity: () => identity,
    world,
    emit,
    waits: new Waits(emit),
    onConfigs: (configs) => seen.push(configs.map(describeConfig)),
  });
  onTestFinished(() => watcher.close());
  watcher.start();
  return { world, watcher, events, seen };
}
const describeConfig = ({ config, tag, logstore, topic, group }: SyslogConfig): string =>
  `${config}: ${tag} -> ${logstore} (${group}${topic && `, topic ${topic}`})`;

describe("the config watcher", () => {
  it("finds the configs bound to the groups that name this machine", async () => {
    const service = new FakeService();
    service.bind("mine", ["x", "logtail-id-dev"], { a: ["sys_tag", "store-a"] }, "dev");
    service.bind("others", ["logtail-id-prod"], { b: ["sys_tag", "store-b"] });
    const { world, seen } = bench(service);
    await world.pass(0);
    expect(seen).toEqual([["a: sys_tag -> store-a (mine, topic dev)"]]);
  });

  it("knows a machine by its address in groups by ip", async () => {
    const service = new FakeService();
    service.bind("by-ip", ["192.168.0.9"], { a: ["sys_tag", "store-a"] });
    const group = service.groups.get("by-ip");
    if (group) group.machineIdentifyType = "ip";
    const { world, seen } = bench(service);
    await world.pass(0);
    expect(seen).toHaveLength(1);
  });

  it("looks again after the poll time, and tells only what changed", async () => {
    const service = new FakeService();
    service.bind("mine", ["logtail-id-dev"], { a: ["sys_tag", "store-a"] });
    const { world, seen } = bench(service);
    await world.pass(100_000);
    expect(seen).toHaveLength(1);
    service.bind("mine", ["logtail-id-dev"], { a: ["sys_tag", "store-a"], b: ["two", "store-b"] });
    await world.pass(33_000);
    expect(seen[1]).toEqual(["a: sys_tag -> store-a (mine)", "b: two -> store-b (mine)"]);
    service.groups.clear();
    await world.pass(33_000);
    expect(seen[2]).toEqual([]);
  });

  it("looks once more when it is asked to while a look is under way, which may have seen the old", async () => {
    const service = new FakeService();
    service.bind("mine", ["logtail-id-dev"], { a: ["sys_tag", "store-a"] });
    const { world, watcher } = bench(service);
    await world.pass(0);
    let looks = 0;
    const listed = service.configs.listMachineGroups;
    service.configs.listMachineGroups = () => {
      if (++looks === 1) watcher.refresh();
      return listed();
    };
    watcher.refresh();
    await world.pass(0);
    expect(looks).toBe(2);
    await world.pass(1_000);
    expect(looks).toBe(2);
  });

  it("says that no group names this machine and how to mend it, and goes on when one does", async () => {
    const service = new FakeService();
    const { world, events, seen } = bench(service);
    await world.pass(0);
    expect(events).toEqual([
      {
        type: "WaitingFor",
        what: "configs of project p",
        why:
          "no machine group names this machine (user-defined id logtail-id-dev and address 192.168.0.9); add it to a group's " +
          "machine list, or write the group's id into /etc/ilogtail/user_defined_id or ALIYUN_LOGTAIL_USER_DEFINED_ID",
      },
    ]);
    service.bind("mine", ["logtail-id-dev"], { a: ["sys_tag", "store-a"] });
    await world.pass(5_500);
    expect(seen).toHaveLength(1);
    expect(events.map(({ type }) => type)).toEqual(["WaitingFor", "WaitOver", "ConfigChanged"]);
  });

  it("says that no config is bound to the group", async () => {
    const service = new FakeService();
    service.bind("mine", ["logtail-id-dev"], {});
    const { world, events } = bench(service);
    await world.pass(0);
    expect(events[0]).toMatchObject({
      why: "no syslog config is bound to mine; run cdktf-sls deploy, or bind one in the console",
    });
  });

  it("leaves out a config that is not as it should be, and says why; the others are used", async () => {
    const service = new FakeService();
    const names = ["a", "nowhere", "outside", "nothing", "number", "regex"];
    service.bind(
      "mine",
      ["logtail-id-dev"],
      Object.fromEntries(names.map((name) => [name, [`tag-${name}`, "store-a"]])),
    );
    const change = (name: string, to: object): void =>
      void Object.assign(service.logtailConfigs.get(name) as object, to);
    change("nowhere", { outputDetail: undefined });
    change("outside", { outputDetail: { logstoreName: "../../../tmp/x" } });
    change("nothing", { inputDetail: null });
    change("number", { inputDetail: { tag: 5 } });
    change("regex", { inputDetail: { tag: "t", filterKey: ["msg"], filterRegex: ["(a+)+$"] } });
    service.groups.set("odd", { groupName: "odd" } as never);
    const { world, events, seen } = bench(service);
    await world.pass(0);
    expect(seen).toEqual([["a: tag-a -> store-a (mine)", "regex: t -> store-a (mine)"]]);
    expect(
      events.flatMap((event) => (event.type === "ConfigIgnored" ? [`${event.config}: ${event.why}`] : [])),
    ).toEqual([
      "nowhere: it has no outputDetail.logstoreName, so its lines have nowhere to go",
      'outside: its outputDetail.logstoreName "../../../tmp/x" is no name of a logstore',
      "nothing: it has no inputDetail.tag, so no line can be meant for it",
      "number: it has no inputDetail.tag, so no line can be meant for it",
    ]);
  });

  it.each(["", "null", "{}", "[1]", '{"endpoint":"e","userDefinedIds":["logtail-id-dev"],"projects":{"p":[{}]}}'])(
    "goes on without the configs of the last run when their file says %j",
    async (text) => {
      const folder = temporaryFolder();
      writeFileSync(join(folder, "configs.json"), text);
      const service = new FakeService();
      service.bind("mine", ["logtail-id-dev"], { a: ["sys_tag", "store-a"] });
      service.down = unreachable;
      const { world, seen } = bench(service, folder);
      await world.pass(0);
      expect(seen).toEqual([]);
      service.down = undefined;
      await world.pass(6_000);
      expect(seen).toEqual([["a: sys_tag -> store-a (mine)"]]);
    },
  );

  it("leaves out a config of another input type, and says so once", async () => {
    const service = new FakeService();
    service.bind("mine", ["logtail-id-dev"], { a: ["sys_tag", "store-a"], f: ["x", "store-f"] });
    const file = service.logtailConfigs.get("f");
    if (file) file.inputType = "file";
    const { world, events, seen } = bench(service);
    await world.pass(70_000);
    expect(seen).toEqual([["a: sys_tag -> store-a (mine)"]]);
    expect(events.filter(({ type }) => type === "ConfigIgnored")).toEqual([
      {
        type: "ConfigIgnored",
        project: "p",
        config: "f",
        why: 'input type "file" is not supported by this agent; it acts on syslog and streamlog',
      },
    ]);
  });

  it("keeps the configs while the service cannot be reached, and says what it waits for", async () => {
    const service = new FakeService();
    service.bind("mine", ["logtail-id-dev"], { a: ["sys_tag", "store-a"] });
    const { world, events, seen } = bench(service);
    await world.pass(0);
    service.down = unreachable;
    await world.pass(100_000);
    expect(seen).toHaveLength(1);
    expect(events.at(-1)).toEqual({ type: "WaitingFor", what: "configs of project p", why: unreachable.message });
  });

  it("uses the configs of the last run when the service cannot be reached", async () => {
    const folder = temporaryFolder();
    const service = new FakeService();
    service.bind("mine", ["logtail-id-dev"], { a: ["sys_tag", "store-a"] });
    const first = bench(service, folder);
    await first.world.pass(0);
    service.down = unreachable;
    const second = bench(service, folder);
    await second.world.pass(0);
    expect(second.seen).toEqual(first.seen);
    expect(second.events).toContainEqual({ type: "ConfigChanged", from: "disk", configs: ["p/a"] });
  });

  it.each([
    ["NUL bytes", Buffer.alloc(300)],
    ["nothing", Buffer.alloc(0)],
    ["its first half", undefined],
    ["null", Buffer.from("null")],
    [
      "configs that are none",
      Buffer.from('{"endpoint":"e","userDefinedIds":["logtail-id-dev"],"projects":{"p":[{}]}}'),
    ],
  ])(
    "starts without those of the last run where a power cut left %s of them, and keeps the next ones",
    async (_, bytes) => {
      const folder = temporaryFolder();
      const file = join(folder, "configs.json");
      const service = new FakeService();
      service.bind("mine", ["logtail-id-dev"], { a: ["sys_tag", "store-a"] });
      await bench(service, folder).world.pass(0);
      const whole = readFileSync(file);
      writeFileSync(file, bytes ?? whole.subarray(0, whole.length >> 1));
      service.down = unreachable;
      const { world, seen } = bench(service, folder);
      await world.pass(5_000);
      expect(seen).toEqual([]);
      service.down = undefined;
      await world.pass(30_000);
      expect(seen).toEqual([["a: sys_tag -> store-a (mine)"]]);
      expect(readFileSync(file)).toEqual(whole);
    },
  );

  it("uses the configs of the last run when the service takes too long to answer", async () => {
    const folder = temporaryFolder();
    const service = new FakeService();
    service.bind("mine", ["logtail-id-dev"], { a: ["sys_tag", "store-a"] });
    await bench(service, folder).world.pass(0);
    let answer = (): void => undefined;
    service.configs.listMachineGroups = () => new Promise((resolve) => (answer = () => resolve([])));
    const { world, seen } = bench(service, folder);
    await world.pass(1_999);
    expect(seen).toEqual([]);
    await world.pass(1);
    expect(seen).toHaveLength(1);
    answer();
    await world.pass(0);
    expect(seen[1]).toEqual([]);
  });

  it("does not use the configs of the last run when this machine has got other ids", async () => {
    const folder = temporaryFolder();
    const service = new FakeService();
    service.bind("mine", ["logtail-id-dev"], { a: ["sys_tag", "store-a"] });
    await bench(service, folder).world.pass(0);
    expect(existsSync(join(folder, "configs.json"))).toBe(true);
    service.down = unreachable;
    const { world, seen } = bench(service, folder, { ...me, userDefinedIds: ["logtail-id-prod"] });
    await world.pass(10_000);
    expect(seen).toEqual([]);
  });

  it("asks again at once when the clock was wrong", async () => {
    const service = new FakeService();
    service.bind("mine", ["logtail-id-dev"], { a: ["sys_tag", "store-a"] });
    service.down = new SlsError("RequestTimeExpired", "expired", { httpStatus: 400 });
    const { world, seen, events } = bench(service);
    await world.pass(0);
    expect(seen).toHaveLength(1);
    expect(events.map(({ type }) => type)).toEqual(["ConfigChanged"]);
  });

  it("tells a failure once, though each reply names another request", async () => {
    const service = new FakeService();
    let request = 0;
    service.configs.listMachineGroups = () =>
      Promise.reject(new SlsError("SignatureNotMatch", `not matched (request ${++request})`, { httpStatus: 401 }));
    const { world, events } = bench(service);
    await world.pass(30_000);
    expect(request).toBeGreaterThan(3);
    expect(events.map((event) => "why" in event && event.why)).toEqual(["not matched (request 1)"]);
  });

  it("goes on when a group or config is deleted between two calls, but not when the project is missing", async () => {
    const service = new FakeService();
    service.bind("mine", ["logtail-id-dev"], { a: ["sys_tag", "store-a"], gone: ["x", "y"] });
    service.logtailConfigs.delete("gone");
    const { world, seen, events } = bench(service);
    await world.pass(0);
    expect(seen).toEqual([["a: sys_tag -> store-a (mine)"]]);
    service.down = new SlsError("ProjectNotExist", "The Project does not exist : p", { httpStatus: 404 });
    await world.pass(33_000);
    expect(events.at(-1)).toMatchObject({ type: "WaitingFor", why: "The Project does not exist : p" });
  });
});
