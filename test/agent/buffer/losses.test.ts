import { describe, expect, it } from "vitest";
import { Losses } from "../../../agent/buffer/losses";
import type { AgentEvent } from "../../../agent/status/events";

describe("lines given up", () => {
  it("are counted each, told of each logstore at once, then once a minute with the sum", () => {
    const events: AgentEvent[] = [];
    let now = 0;
    const losses = new Losses(
      () => new Date(now),
      (event) => events.push(event),
    );
    const [app, web] = [
      { project: "p", logstore: "app" },
      { project: "p", logstore: "web" },
    ];
    losses.add(app, 1, "bufferFull");
    losses.add(app, 2, "bufferFull");
    losses.add(app, 3, "bufferFull");
    losses.add(web, 5, "tooOld");
    expect(losses.total).toEqual({ bufferFull: 6, tooOld: 5, damaged: 0, setAsideFull: 0 });
    const told = (): unknown[] => events.splice(0).map((event) => "lines" in event && [event.type, event.lines]);
    expect(told()).toEqual([
      ["LinesDropped", 1],
      ["LinesDropped", 5],
    ]);
    now = 59_999;
    losses.tellDue();
    expect(told()).toEqual([]);
    now = 60_000;
    losses.tellDue();
    losses.tellAll();
    expect(told()).toEqual([["LinesDropped", 5]]);
  });
});
