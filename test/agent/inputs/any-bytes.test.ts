/** Whatever a peer sends: nothing throws, nothing takes long, each line that is taken is a log, and its bytes are there. */
import { describe, expect, it } from "vitest";
import { datagramTaker } from "../../../agent/inputs/datagrams/datagram";
import { Intake, type Origin } from "../../../agent/inputs/intake";
import { LineRouter } from "../../../agent/inputs/syslog/line-router";
import { RelpFrameError, relpFrame } from "../../../agent/inputs/relp/frame";
import { realWorld } from "../../../agent/world";
import { RelpMemory } from "../../../agent/inputs/relp/memory";
import { RelpSession } from "../../../agent/inputs/relp/session";
import { StreamFramer } from "../../../agent/inputs/framing/stream-framer";
import { UnfitLines } from "../../../agent/status/tally";
import type { SyslogConfig } from "../../../agent/config/discovery";
import { decodeLogGroup } from "../../../sls/wire";
import { bufferIn } from "../support/buffer";
import { temporaryFolder } from "../support/folder";
import fc from "../../support/property";
import { cpuMs } from "../../support/cpu-time";

const config = (name: string, tag: string): SyslogConfig => ({
  project: "p",
  config: name,
  logstore: `${name}-store`,
  tag,
  topic: "",
  group: "g",
});
const configs = [config("one", "sys_tag"), config("two", "other")] as [SyslogConfig, ...SyslogConfig[]];
const maxBytes = 300;

/** From the framing to the buffer. */
function chain() {
  const bench = bufferIn(temporaryFolder(), { mode: "memory", limits: { bytes: 1e6, lines: 1e5 } });
  const { buffer } = bench;
  const now = (): Date => bench.world.now();
  const unfit = new UnfitLines(now, () => undefined);
  const ownAddress = (): string => "192.168.0.9";
  const committed = (): Promise<void> => Promise.resolve();
  const intake = new Intake({ queue: (to) => buffer.queue(to), committed, unfit, now, ownAddress });
  const router = new LineRouter({
    ...intake.forRouter(),
    unfit,
    now,
    ownAddress,
    ownHostname: () => "this-machine",
    formats: [{ version: "2.1", fields: ["level"] }],
    receptionTime: false,
  });
  intake.setConfigs(configs);
  router.setConfigs(configs);
  const take = router.taker({ format: "auto" });
  const origin: Origin = { address: "10.0.0.1" };
  const logs = () =>
    buffer.all().flatMap((queue) => {
      const found = [];
      for (let block = queue.take(0); block !== undefined; block = queue.take(0)) {
        found.push(...decodeLogGroup(block.bytes?.subarray(block.from, block.to) ?? Buffer.alloc(0)).logs);
        queue.settle(block, block.lines);
      }
      return found;
    });
  return { take, origin, logs, accepted: () => intake.accepted + router.accepted };
}

const part = fc.constantFrom(
  "<13>",
  "<191>1 ",
  "<13>1 2026-11-21T06:55:43.003Z h a p m ",
  "0.1 ",
  "0.1 sys_tag 1795244143 127.0.0.1 h user.info 0 app - - ",
  "0.1+sd sys_tag 1795244143.5 ::1 h user.info 1 app - - ",
  "2.1 other 1795244143 10.1.1.1 warn ",
  "12 ",
  "999999999 ",
  "\n",
  "\n",
  "\0",
  "\r\n",
  " ",
  "[",
  "]",
  '"',
  "\\",
  '[x b="\\"]',
  '[x@1 b="1" b="2"]',
  "- ",
  "Oct 11 22:14:15 ",
  "Feb 29 23:59:60 ",
  "2016-12-31T23:59:60Z ",
  "\ufeff",
  "app[1]: ",
  "x".repeat(200),
);
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 80 }).map((b) => Buffer.from(b)),
  fc.array(part, { maxLength: 25 }).map((parts) => Buffer.from(parts.join(""))),
);
const chunks = fc.array(bytes, { maxLength: 8 });
/** What neither framing nor format may take away from a line that is kept whole. */
const lettersOf = (text: string): number => text.replaceAll(/[^x]/g, "").length;

describe("any bytes", () => {
  it("on a stream become logs, one for each line that was counted, with every x that was sent", () => {
    fc.assert(
      fc.property(chunks, (pieces) => {
        const { take, origin, logs, accepted } = chain();
        const onLine = (line: Buffer, rest: boolean): void => take(line, origin, rest);
        const takeRange = (all: Buffer, from: number, to: number): boolean =>
          take.range?.(all, from, to, origin) === true;
        const framer = new StreamFramer({ maxBytes, onLine, takeRange, versions: ["0.1", "0.1+sd", "2.1"] });
        const took = cpuMs(() => {
          for (const piece of pieces) framer.push(Buffer.from(piece));
          framer.end();
        });
        expect(took).toBeLessThan(1_000);
        const found = logs();
        expect(found).toHaveLength(accepted());
        const sent = lettersOf(Buffer.concat(pieces).toString("latin1"));
        const stored = found.flatMap(({ contents }) =>
          contents.flat().map((one) => Buffer.from(one).toString("latin1")),
        );
        // A name of structured data may come more than once.
        expect(lettersOf(stored.join(""))).toBeGreaterThanOrEqual(sent);
      }),
      { numRuns: 200 },
    );
  });

  it("in a datagram are a line, cut where it is too long", () => {
    fc.assert(
      fc.property(bytes, (datagram) => {
        const { take, logs, accepted } = chain();
        datagramTaker(maxBytes, take)(datagram, "10.0.0.1");
        expect(logs()).toHaveLength(accepted());
        expect(accepted()).toBeGreaterThanOrEqual(1);
        expect(accepted()).toBeLessThanOrEqual(Math.max(1, Math.ceil(datagram.length / maxBytes)));
      }),
      { numRuns: 200 },
    );
  });

  it("on a RELP connection are frames, or the end of it; each line that was taken is answered once", async () => {
    const frame = fc.oneof(
      bytes.map((data) => relpFrame(2, "syslog", data.toString("latin1"))),
      bytes.map((data) => data.toString("latin1")),
      fc.constantFrom(relpFrame(3, "open", "commands=syslog"), relpFrame(0, "hint", "x"), "5 close 0\n", "6 x 3 abc\n"),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { maxLength: 8 }), async (frames) => {
        const { take, origin, logs, accepted } = chain();
        let answers = "";
        let whole = 0;
        const session = new RelpSession({
          maxLineBytes: 1e6,
          onLine: (line, rest) => {
            whole++;
            take(line, origin, rest);
          },
          committed: () => Promise.resolve(),
          send: (text) => (answers += text),
          software: "test",
          memory: new RelpMemory({ lost: () => 0, world: realWorld }).session("somebody"),
          onKnown: () => undefined,
        });
        try {
          session.push(Buffer.from(relpFrame(1, "open", "relp_version=0\ncommands=syslog")));
          for (const one of frames) session.push(Buffer.from(one, "latin1"));
        } catch (error) {
          expect(error).toBeInstanceOf(RelpFrameError);
        }
        // A close is answered as a line is.
        const closed = session.state === "over" ? 1 : 0;
        await session.bye();
        expect(logs()).toHaveLength(accepted());
        expect(accepted()).toBe(whole);
        // Any number may stand before a syslog frame: bytes that are no frame can end in digits.
        expect(answers.match(/^\d+ rsp 6 200 OK$/gm) ?? []).toHaveLength(whole + closed);
      }),
      { numRuns: 200, examples: [[["1", "2 syslog 0\n"]]] },
    );
  });
});
