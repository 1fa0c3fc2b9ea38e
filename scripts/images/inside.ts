/** The first process of the sandbox: bakes, boots, checks, prints the table. Arguments: folder of the run, cgroup, base tree, agent's package, images. */
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { colors as pc } from "../../deploy/colors";
import { table } from "../../cli/table";
import { bake } from "./bake";
import { ms, timed, type Check } from "./checks/check";
import { TestCloud } from "./cloud";
import { checksOf } from "./images";
import { makeNetwork } from "./network";
import { runInside } from "./sandbox";
import { Tree } from "./trees";
import { imageNames, type World } from "./world";

/** Aim: so long may Packer take, ms. */
const bakeWithin = 10_000;

const say = (text: string): unknown => process.stdout.write(`${text}\n`);

const baking: Check = {
  name: "bake",
  run: async (world) => {
    const log = join(world.work, `${world.image}-packer.log`);
    const { packerMs, manifest } = await bake(world, (line) => appendFileSync(log, `${line}\n`));
    const { agent, sbom } = manifest;
    return `${timed("Packer took", packerMs, bakeWithin)}; agent ${agent?.version}, SBOM of ${sbom.components} packages`;
  },
};

interface Result {
  readonly ok: boolean;
  readonly told: string;
  readonly tookMs: number;
}

/** Never rejects. */
async function result({ run }: Check, world: World): Promise<Result> {
  const begun = performance.now();
  const [ok, told] = await run(world).then(
    (text) => [true, text] as const,
    (error: Error) => [false, error.message] as const,
  );
  return { ok, told, tookMs: performance.now() - begun };
}

async function main(): Promise<number> {
  const [work = "", cgroup = "", base = "", agentPackage = "", ...wanted] = process.argv.slice(2);
  const begin = performance.now();
  await makeNetwork();
  const cloud = await TestCloud.start(join(work, "cloud"));
  const rows: string[][] = [];
  let failed = 0;
  const tell = (image: string, name: string, { ok, told, tookMs }: Result): void => {
    if (!ok) failed++;
    const row = [image, name, ok ? "ok" : "FAILED", ms(tookMs), told.split("\n")[0] ?? ""];
    rows.push(row);
    say(
      `${ok ? pc.green("ok    ") : pc.red("FAILED")} ${image}: ${name} (${row[3]})\n       ${told.replaceAll("\n", "\n       ")}`,
    );
  };
  const worlds = imageNames
    .filter((one) => wanted.includes(one))
    .map((image): World => ({ image, cloud, base: Tree.base(base), work, cgroup, agentPackage }));
  // The first boot of an image has the processors to itself. While its other checks wait, those that come after it are baked, one after the other.
  const bakes = new Map<World, Promise<Result>>();
  const bakeAfter = (world: World, before: Promise<unknown>): Promise<Result> => {
    const begun = bakes.get(world) ?? before.then(() => result(baking, world));
    bakes.set(world, begun);
    return begun;
  };
  const bakeAll = (): unknown =>
    worlds.reduce<Promise<unknown>>((before, world) => bakeAfter(world, before), Promise.resolve());
  for (const world of worlds) {
    const { image } = world;
    const baked = await bakeAfter(world, Promise.resolve());
    tell(image, baking.name, baked);
    if (!baked.ok) continue;
    for (const check of checksOf[image]) {
      tell(image, check.name, await result(check, world));
      // Without a machine there is nothing to check.
      if (world.machine === undefined) break;
      bakeAll();
    }
    await world.machine?.cutPower();
  }
  say(`\n${table(["image", "check", "", "took", "found"], rows)}`);
  say(`\n${rows.length - failed} passed, ${failed} failed, ${ms(performance.now() - begin)}`);
  return failed === 0 ? 0 : 1;
}

runInside(main);
