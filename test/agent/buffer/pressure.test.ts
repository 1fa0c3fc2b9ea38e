import { describe, expect, it } from "vitest";
import { Pressure } from "../../../agent/buffer/pressure";

describe("the pressure of a full buffer", () => {
  it("is told once, and over when what is fullest is down to three quarters, not before", () => {
    const told: boolean[] = [];
    let used = 1;
    const pressure = new Pressure(
      (share) => used <= share,
      (full) => told.push(full),
    );
    pressure.ease();
    expect(told).toEqual([]);
    pressure.press();
    pressure.press();
    used = 0.76;
    pressure.ease();
    expect(told).toEqual([true]);
    used = 0.75;
    pressure.ease();
    pressure.ease();
    expect(told).toEqual([true, false]);
  });
});
