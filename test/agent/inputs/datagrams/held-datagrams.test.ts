import { describe, expect, it } from "vitest";
import { HeldDatagrams } from "../../../../agent/inputs/datagrams/held-datagrams";
import { cpuMs } from "../../../support/cpu-time";

const address = "127.0.0.1";

describe("datagrams that are held", () => {
  it("come out in the order in which they came, also while others come", () => {
    const held = new HeldDatagrams(1024 * 1024);
    const out: number[] = [];
    const add = (n: number): boolean => held.add({ bytes: Buffer.from([n]), address });
    const take = (): void => void out.push(held.take()?.bytes[0] ?? -1);
    for (let n = 0; n < 5; n++) add(n);
    for (let i = 0; i < 3; i++) take();
    add(5);
    add(6);
    for (let i = 0; i < 5; i++) take();
    expect(out).toEqual([0, 1, 2, 3, 4, 5, 6, -1]);
    expect(held.length).toBe(0);
  });

  it("are bounded however small they are, and room comes back as they go", () => {
    const held = new HeldDatagrams(8 * 1024 * 1024);
    let kept = 0;
    while (kept < 100_000 && held.add({ bytes: Buffer.alloc(0), address })) kept++;
    expect(kept).toBe(16_384);
    held.take();
    expect(held.add({ bytes: Buffer.alloc(0), address })).toBe(true);
    expect(held.add({ bytes: Buffer.alloc(0), address })).toBe(false);
  });

  it("are taken in a time that grows with their number, not with its square", () => {
    const held = new HeldDatagrams(400_000 * 1024);
    const bytes = Buffer.alloc(20);
    for (let i = 0; i < 400_000; i++) held.add({ bytes, address });
    // 20 ms; with Array.shift more than a minute.
    expect(
      cpuMs(() => {
        while (held.take() !== undefined);
      }),
    ).toBeLessThan(2_000);
  });
});
