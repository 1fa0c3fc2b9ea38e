import { describe, expect, it } from "vitest";
import type { SyslogConfig } from "../../../agent/config/discovery";
import { Intake, type Origin } from "../../../agent/inputs/intake";
import type { AgentEvent } from "../../../agent/status/events";
import { UnfitLines } from "../../../agent/status/tally";
import { decodeLogGroup } from "../../../sls/wire";
import { bufferIn } from "../support/buffer";
import { temporaryFolder } from "../support/folder";
import { ManualWorld } from "../support/world";

const config = (name: string, tag: string, topic = ""): SyslogConfig => ({
  project: "p",
  config: name,
  logstore: `${name}-store`,
  tag,
  topic,
  group: "g",
});

function bench(...configs: [SyslogConfig, ...SyslogConfig[]]): {
  send(line: string | Buffer, origin?: Origin, continuation?: boolean): unknown;
  events: AgentEvent[];
  world: ManualWorld;
  unfit: UnfitLines;
  intake: Intake;
} {
  const world = new ManualWorld();
  const events: AgentEvent[] = [];
  const { buffer } = bufferIn(temporaryFolder(), { world, mode: "memory" });
  const unfit = new UnfitLines(world.now, (reason, lines, sample) =>
    events.push({ type: "LinesUnfit", reason, lines, sample }),
  );
  const intake = new Intake({
    queue: (destination) => buffer.queue(destination),
    committed: () => buffer.committed(),
    unfit,
    now: world.now,
    ownAddress: () => "192.168.0.9",
  });
  intake.setConfigs(configs);
  const send = (line: string | Buffer, origin: Origin = { address: "127.0.0.1" }, continuation = false): unknown => {
    intake.accept(Buffer.from(line), origin, continuation);
    const [queue] = buffer.all().filter(({ lines }) => lines > 0);
    const block = queue?.take(0);
    if (queue === undefined || block === undefined) throw new Error("the line is nowhere");
    const { topic, source } = block.lane.face;
    const [log] = decodeLogGroup(Buffer.from(block.bytes?.subarray(block.from, block.to) ?? [])).logs;
    queue.settle(block, 1);
    return {
      to: queue.destination.logstore,
      ...(topic ? { topic } : {}),
      source,
      time: log?.time,
      ...Object.fromEntries(log?.contents ?? []),
    };
  };
  return { send, events, world, unfit, intake };
}

const line = (rest: string, tag = "sys_tag", ip = "127.0.0.1"): string =>
  `0.1 ${tag} 1795244143 ${ip} vm user.info 0 app - -  ${rest}`;
const fields = {
  hostname: "vm",
  "pri-text": "user.info",
  "protocol-version": "0",
  "app-name": "app",
  procid: "-",
  msgid: "-",
};

describe("a line that comes in", () => {
  it("finds the config of a tag that is not ASCII, and of no other that looks like it in another alphabet", () => {
    // The second is what the bytes of the first are in Latin-1.
    const { send } = bench(config("one", "sys_tag"), config("two", "日志"), config("three", "æ\u0097¥å¿\u0097"));
    const origin = { address: "127.0.0.1" };
    for (let i = 0; i < 2; i++)
      expect(send(line("hello", "日志"), origin)).toMatchObject({ to: "two-store", msg: expect.anything() });
  });

  it("goes to the logstore of the config that its tag names, with the group's topic", () => {
    const { send } = bench(config("one", "sys_tag"), config("two", "other", "dev"));
    expect(send(line("hello", "other"))).toEqual({
      to: "two-store",
      topic: "dev",
      source: "192.168.0.9",
      time: 1795244143,
      ...fields,
      msg: "hello",
    });
  });

  it("has the line's address as source, or where that is loopback the peer's, or this machine's own", () => {
    const { send } = bench(config("one", "sys_tag"));
    const peer = { address: "10.1.1.1" };
    expect(send(line("x", "sys_tag", "10.2.2.2"), peer)).toMatchObject({ source: "10.2.2.2" });
    expect(send(line("x"), peer)).toMatchObject({ source: "10.1.1.1" });
    expect(send(line("x"))).toMatchObject({ source: "192.168.0.9" });
    expect(send(line("x", "sys_tag", "::1"))).toMatchObject({ source: "192.168.0.9" });
  });

  it("is kept whole under content, with the time of reception, when it does not fit the template", () => {
    const { send } = bench(config("one", "sys_tag"));
    const bad = "<34>Oct 11 22:14:15 oldhost su: not ours";
    expect(send(bad)).toEqual({ to: "one-store", source: "192.168.0.9", time: 1795251600, content: bad });
  });

  it("has its rest masked by the config that its beginning went to, though another one is in force by then", () => {
    const masks = [
      { key: "msg", type: "const", before: "pwd=", content: "\\d+", replacement: "***", all: true },
    ] as const;
    const { send, intake } = bench({ ...config("one", "sys_tag"), rules: { masks } });
    const origin: Origin = { address: "127.0.0.1" };
    expect(send(line("pwd=1"), origin)).toMatchObject({ msg: "pwd=***" });
    intake.setConfigs([config("other", "sys_tag")]);
    expect(send("and pwd=2", origin, true)).toMatchObject({ to: "one-store", content: "and pwd=***" });
    expect(send(line("pwd=3"), origin)).toMatchObject({ to: "other-store", msg: "pwd=3" });
  });

  it("keeps bytes that are not UTF-8 as they are", () => {
    const { send } = bench(config("one", "sys_tag"));
    const bytes = Buffer.concat([Buffer.from(line("")), Buffer.from([0xc4, 0xe3])]);
    expect(send(bytes)).toMatchObject({ msg: Buffer.from([0xc4, 0xe3]) });
    expect(send(Buffer.from([0xff, 0xfe]))).toMatchObject({ content: Buffer.from([0xff, 0xfe]) });
  });

  it("goes to the first config whole when no config has its tag", () => {
    const { send, events } = bench(config("one", "sys_tag"), config("two", "other"));
    const stray = line("x", "nobody");
    expect(send(stray)).toMatchObject({ to: "one-store", content: stray });
    expect(events).toEqual([{ type: "LinesUnfit", reason: "unknownTag", lines: 1, sample: stray.slice(0, 60) }]);
  });

  it("goes to its tag's config even when the rest of it does not fit", () => {
    const { send } = bench(config("one", "sys_tag"), config("two", "other"));
    expect(send("0.1 other 17 oops")).toMatchObject({ to: "two-store", content: "0.1 other 17 oops" });
  });

  it("follows its beginning when it is the rest of a line that was cut", () => {
    const { send } = bench(config("one", "sys_tag"), config("two", "other"));
    const origin: Origin = { address: "127.0.0.1" };
    send(line("long…", "other"), origin);
    expect(send("…rest", origin, true)).toMatchObject({ to: "two-store", content: "…rest" });
  });

  describe("of a config with rules", () => {
    const errorsOnly: SyslogConfig = {
      ...config("errors", "errors"),
      rules: {
        filters: [{ key: "pri-text", regex: ".*\\.(err|crit)" }],
        masks: [{ key: "msg", type: "const", before: "pwd=", content: "\\S+", replacement: "***", all: true }],
      },
    };
    const of = (priority: string, rest: string): string => line(rest, "errors").replace("user.info", priority);

    it("is kept out where the filter does not let it in, counted, and not on the fast path either", () => {
      const { send, intake } = bench(config("one", "sys_tag"), errorsOnly);
      const bytes = Buffer.from(`${of("user.info", "pwd=1")}\n`);
      const origin: Origin = { address: "127.0.0.1" };
      expect(intake.acceptRange(bytes, 0, bytes.length - 1, origin)).toBe(false);
      expect(() => send(of("user.info", "x"), origin)).toThrow("the line is nowhere");
      expect(() => send("…rest", origin, true)).toThrow("the line is nowhere");
      expect(send(of("user.err", "a pwd=1 b"), origin)).toMatchObject({ to: "errors-store", msg: "a pwd=*** b" });
      expect(send("…rest pwd=2", origin, true)).toMatchObject({ to: "errors-store", content: "…rest pwd=***" });
      expect(send(line("pwd=1"), origin)).toMatchObject({ to: "one-store", msg: "pwd=1" });
      expect([...intake.filtered]).toEqual([["p/errors", 2]]);
      expect(intake.accepted).toBe(5);
    });

    it("is stored whole and masked where it fits no format, whatever the filter says", () => {
      const { send } = bench(errorsOnly);
      expect(send("odd pwd=1")).toMatchObject({ to: "errors-store", content: "odd pwd=***" });
    });
  });

  it("is told of at once when it does not fit, then once a minute with the number", () => {
    const { send, events, world, unfit } = bench(config("one", "sys_tag"));
    for (let i = 0; i < 5; i++) send("misfit");
    expect(events.map((e) => e.type === "LinesUnfit" && e.lines)).toEqual([1]);
    world.setClock(world.now().getTime() + 60_000);
    send("misfit");
    expect(events.map((e) => e.type === "LinesUnfit" && e.lines)).toEqual([1, 5]);
    expect(unfit.total.get("unknownVersion")).toBe(6);
  });
});
