import { expect, test } from "vitest";
import { checkLogGroup } from "../../../emulator/store/log-group-bytes";
import { encodeLogGroup } from "../../../sls";
import { decodeLogGroup } from "../../../sls/wire/log-group";
import fc from "../../support/property";

test("what the walk over a group's bytes takes, the decoder takes", () => {
  const limits = { oldest: 0, newest: 2 ** 40, key: 1e6, value: 1e6, topic: 1e6, source: 1e6 };
  const good = encodeLogGroup({
    topic: "t",
    source: "s",
    tags: [["a", "b"]],
    logs: [{ time: 5, timeNs: 7, contents: [["k", "v"]] }],
  });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 4 }),
      fc.nat(good.length),
      (changes, size) => {
        const bytes = Uint8Array.from(good.subarray(0, size));
        for (const [at, byte] of changes) if (at < size) bytes[at] = byte;
        const found = checkLogGroup(bytes, limits);
        let logs: number | undefined;
        try {
          logs = decodeLogGroup(bytes).logs.length;
        } catch {
          logs = undefined;
        }
        // The walk is the stricter one: it wants bytes where a text belongs.
        if (typeof found === "number") expect(logs).toBe(found);
      },
    ),
    { numRuns: 5000 },
  );
});
