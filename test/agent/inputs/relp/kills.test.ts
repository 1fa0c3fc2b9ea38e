/** Random RELP sessions, kills and cuts: what is stored how often. */
import { describe, expect, it } from "vitest";
import fc from "../../../support/property";
import { temporaryFolder } from "../../support/folder";
import { RelpStory } from "../../support/relp-story";

/** What happens next. Numbers are of frames, answers and steps. */
type Step =
  | { readonly do: "say"; readonly lines: number }
  | { readonly do: "arrive"; readonly frames: number }
  | { readonly do: "work"; readonly steps: number }
  | { readonly do: "fetch"; readonly answers: number }
  | { readonly do: "quiet" }
  | { readonly do: "connect" }
  | { readonly do: "cut" | "kill"; readonly answers: number };

const upTo = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("say" as const), lines: upTo(6) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("arrive" as const), frames: upTo(8) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("work" as const), steps: upTo(5) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("fetch" as const), answers: upTo(8) }) },
  { weight: 4, arbitrary: fc.constant({ do: "connect" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "quiet" as const }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("cut" as const, "kill" as const), answers: upTo(8) }) },
);

async function play(story: RelpStory, steps: readonly Step[], line: (n: number) => string, allFetched: boolean) {
  let said = 0;
  for (const each of steps) {
    switch (each.do) {
      case "say":
        story.say(Array.from({ length: each.lines }, () => line(said++)));
        break;
      case "arrive":
        await story.arrive(each.frames);
        break;
      case "work":
        await story.work(each.steps);
        break;
      case "fetch":
        story.fetch(each.answers);
        break;
      case "connect":
        story.connect();
        break;
      case "quiet":
        await story.quiet();
        break;
      case "cut":
      case "kill":
        story[each.do](allFetched ? Infinity : each.answers);
    }
  }
  await story.end();
  const wanted = new Map<string, number>();
  for (let n = 0; n < said; n++) wanted.set(line(n), (wanted.get(line(n)) ?? 0) + 1);
  return { wanted, stored: story.stored(), said };
}

describe("RELP lines, whatever is killed and cut", () => {
  const steps = fc.array(step, { minLength: 10, maxLength: 60 });
  const window = fc.integer({ min: 1, max: 12 });

  it("are stored once each, where the client gets the answers that were sent, does not pause, and no write is cut in two", async () => {
    let known = 0;
    await fc.assert(
      fc.asyncProperty(steps, window, async (all, size) => {
        const story = new RelpStory(temporaryFolder(), size, true);
        const hasty = all.filter((each) => each.do !== "quiet");
        const { wanted, stored } = await play(story, hasty, (n) => `line ${n}`, true);
        known += story.known;
        expect(stored).toEqual(wanted);
      }),
      { numRuns: 300 },
    );
    // Else none of this had anything to recognise.
    expect(known).toBeGreaterThan(100);
  });

  it.each([
    ["different", (n: number) => `line ${n}`],
    ["alike in threes", (n: number) => `line ${n % 3}`],
    ["all the same", () => "again"],
    ["empty, or longer than a line may be", (n: number) => (n % 2 ? "" : `${"x".repeat(150)}${n}`)],
  ])("are never lost, whichever answers get lost: %s", async (_, line) => {
    await fc.assert(
      fc.asyncProperty(steps, window, async (all, size) => {
        const { wanted, stored } = await play(new RelpStory(temporaryFolder(), size), all, line, false);
        const parts = joined(stored);
        for (const [text, times] of wanted) expect([text, parts(text)]).toEqual([text, Math.max(times, parts(text))]);
      }),
      { numRuns: 200 },
    );
  });
});

/** How often a line is stored, also where it was cut into pieces of 64 bytes. */
function joined(stored: ReadonlyMap<string, number>): (text: string) => number {
  return (text) => {
    if (text.length <= 64) return stored.get(text) ?? 0;
    const pieces = text.match(/.{1,64}/g) ?? [];
    return stored.get(pieces.at(-1) as string) ?? 0;
  };
}
