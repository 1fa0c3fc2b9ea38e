import { describe, expect, it } from "vitest";
import { LineRouter, type LineRouterOptions, type LineSettings } from "../../../../agent/inputs/syslog/line-router";
import type { SyslogConfig } from "../../../../agent/config/discovery";
import type { Origin } from "../../../../agent/inputs/intake";
import type { AgentEvent } from "../../../../agent/status/events";
import { UnfitLines } from "../../../../agent/status/tally";
import { laneTo } from "../../support/lane";
import { ManualWorld } from "../../support/world";

const config = (name: string, tag: string): SyslogConfig => ({
  project: "p",
  config: name,
  logstore: `${name}-store`,
  tag,
  topic: "",
  group: "g",
});

/** Sends one line through, and tells what became of it. */
function bench(options: Partial<LineRouterOptions> = {}, configs = [config("one", "sys_tag"), config("two", "other")]) {
  const world = new ManualWorld();
  const events: AgentEvent[] = [];
  let last: unknown;
  const stored: LineRouterOptions["storeWhole"] = ({ logstore }, { time, timeNs, contents }, source) =>
    (last = {
      to: logstore,
      source,
      time,
      ...(timeNs === undefined ? {} : { timeNs }),
      ...Object.fromEntries(contents.map(([key, value]) => [key, Buffer.from(value).toString("latin1")])),
    });
  const router = new LineRouter({
    accept: (line, _, continuation) => (last = { handedOn: line.toString(), continuation }),
    acceptRange: () => false,
    store: (to, log, source, _, origin) => stored(to, log, source, origin),
    storeWhole: stored,
    laneOf: (to, source) => laneTo((log) => stored(to, log, source, { address: source })),
    unfit: new UnfitLines(world.now, (reason, lines, sample) =>
      events.push({ type: "LinesUnfit", reason, lines, sample }),
    ),
    now: world.now,
    ownAddress: () => "192.168.0.9",
    ownHostname: () => "this-machine",
    formats: [],
    receptionTime: false,
    ...options,
  });
  router.setConfigs(configs as [SyslogConfig, ...SyslogConfig[]]);
  const send = (
    line: string,
    settings: LineSettings = { format: "auto" },
    origin: Origin = { address: "10.1.1.1" },
    continuation = false,
  ): unknown => {
    router.taker(settings)(Buffer.from(line, "latin1"), origin, continuation);
    return last;
  };
  return { send, router, reasons: () => events.map((event) => event.type === "LinesUnfit" && event.reason) };
}

const rfc5424 = '<165>1 2026-11-21T06:55:43.003Z web-1 app 9 ID47 [x@1 k="v"] text';
const rfc5424Fields = {
  time: 1795244143,
  timeNs: 3_000_000,
  hostname: "web-1",
  "pri-text": "local4.notice",
  "protocol-version": "1",
  "app-name": "app",
  procid: "9",
  msgid: "ID47",
  "x@1.k": "v",
  msg: "text",
};

describe("lines of many formats", () => {
  it("that are cut tell when each piece came, where that is asked for", () => {
    const { send, router } = bench({ receptionTime: true });
    const origin: Origin = { address: "10.1.1.1" };
    send("0.1 other 1795244143 10.1.1.1 h user.info 0 app - - begin", undefined, origin);
    expect(send("and rest", undefined, origin, true)).toEqual({
      to: "two-store",
      source: "10.1.1.1",
      time: 1795251600,
      content: "and rest",
      timegenerated: "1795251600.000",
    });
    expect(router.accepted).toBe(2);
  });

  it("of Logtail's own are handed on as they are, and so is the rest of a line that was cut", () => {
    const { send, router } = bench();
    expect(send("0.1 sys_tag 1 127.0.0.1 half")).toEqual({
      handedOn: "0.1 sys_tag 1 127.0.0.1 half",
      continuation: false,
    });
    expect(send("<13>rest", undefined, undefined, true)).toEqual({ handedOn: "<13>rest", continuation: true });
    expect(router.accepted).toBe(0);
  });

  it("that a config's rules must look into are handed on with all that the rules ask for", () => {
    const seen: string[] = [];
    const { send, router } = bench({
      laneOf: () => undefined,
      store: (to, log, source, line) => seen.push(`${to.logstore} ${source} ${log.contents.length} ${line.toString()}`),
    });
    send(rfc5424);
    send("<13>Nov 21 06:55:43 web-1 app: text");
    expect(seen).toEqual([
      `one-store 10.1.1.1 8 ${rfc5424}`,
      "one-store 10.1.1.1 7 <13>Nov 21 06:55:43 web-1 app: text",
    ]);
    expect(router.accepted).toBe(2);
  });

  it("of RFC 5424 are stored in the first config, at their own time, from the peer's address", () => {
    const { send, router } = bench();
    expect(send(rfc5424)).toEqual({ to: "one-store", source: "10.1.1.1", ...rfc5424Fields });
    expect(router.accepted).toBe(1);
  });

  it("go to the config whose tag the input has", () => {
    const { send } = bench();
    expect(send(rfc5424, { tag: "other", format: "auto" })).toMatchObject({ to: "two-store" });
    expect(send("just words", { tag: "other", format: "auto" })).toMatchObject({
      to: "two-store",
      content: "just words",
    });
  });

  it("go to the config of their own tag when they have one, whatever the input's", () => {
    const { send } = bench();
    const line = "0.1 sys_tag 1795244143 10.2.2.2 vm user.info 0 app - -  x";
    expect(send(line, { tag: "other", format: "auto" })).toMatchObject({
      to: "one-store",
      source: "10.2.2.2",
      msg: "x",
    });
  });

  it("of RFC 3164 without a time get the time of reception, without a host name this machine's when they are from it", () => {
    const { send } = bench();
    const local = { address: "127.0.0.1" };
    expect(send("<30>systemd[1]: Started.", undefined, local)).toMatchObject({
      time: 1795251600,
      source: "192.168.0.9",
      hostname: "this-machine",
      "app-name": "systemd",
      msgid: "-",
      msg: "Started.",
    });
    expect(send("<30>systemd[1]: Started.")).toMatchObject({ hostname: "-", source: "10.1.1.1" });
  });

  it("of a version of the user's own have its fields", () => {
    const { send } = bench({ formats: [{ version: "2.1", fields: ["level", "method"] }] });
    const line = "2.1 sys_tag 1455776661 10.101.166.127 ERROR com.x.App.main(App.java:17) connection refused, retry";
    expect(send(line)).toEqual({
      to: "one-store",
      source: "10.101.166.127",
      time: 1455776661,
      level: "ERROR",
      method: "com.x.App.main(App.java:17)",
      msg: "connection refused, retry",
    });
  });

  it("that fit none are stored whole, and why is told", () => {
    const { send, reasons } = bench();
    for (const line of ["just words", "<13>1 - broken", "2.1 sys_tag 1 10.0.0.1 x"]) {
      expect(send(line)).toEqual({ to: "one-store", source: "10.1.1.1", time: 1795251600, content: line });
    }
    expect(reasons()).toEqual(["unknownVersion", "badSyslog"]);
  });

  it("whose tag no config has are stored whole where the input's others go", () => {
    const { send, reasons } = bench();
    const line = "0.1 nobody 1795244143 10.2.2.2 vm user.info 0 app - -  x";
    expect(send(line, { tag: "other", format: "auto" })).toMatchObject({ to: "two-store", content: line });
    expect(send(rfc5424, { tag: "nobody", format: "auto" })).toMatchObject({ to: "one-store", content: rfc5424 });
    expect(reasons()).toEqual(["unknownTag"]);
  });

  it("of a raw input are stored whole, with nothing wrong about it", () => {
    const { send, reasons } = bench();
    expect(send(rfc5424, { tag: "other", format: "raw" })).toMatchObject({ to: "two-store", content: rfc5424 });
    expect(reasons()).toEqual([]);
  });

  it("tell when they came where that is asked for", () => {
    const { send } = bench({ receptionTime: true });
    expect(send(rfc5424)).toMatchObject({ ...rfc5424Fields, timegenerated: "1795251600.000" });
    const line = "0.1 sys_tag 1795244143 10.2.2.2 vm user.info 0 app - -  x";
    expect(send(line)).toMatchObject({ time: 1795244143, msg: "x", timegenerated: "1795251600.000" });
  });
});
