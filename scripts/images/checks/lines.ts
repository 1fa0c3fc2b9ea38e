/** Numbered lines: written in the machine, and what became of them. */
import type { FoundLog } from "../../../sls";
import { patienceMs } from "../run";
import { machineOf, type World } from "../world";

export interface Tally {
  readonly lost: number;
  readonly doubled: number;
  /** Whether they were stored in the order in which they were written. */
  readonly inOrder: boolean;
}

/** Of all images in one logstore. */
export const programOf = ({ image }: World, program: string): string => `${image}-${program}`;

export const messageOf = (n: number): string => `line ${n} of the boot test`;

/** Writes lines `first` to `first + count - 1` as a program, by `logger`, to the machine's /dev/log. */
export async function writeLines(world: World, program: string, count: number, first = 0): Promise<void> {
  const input = Array.from({ length: count }, (_, i) => `${messageOf(first + i)}\n`).join("");
  await machineOf(world).sh(`logger --tag ${programOf(world, program)} --id=4711 --priority local0.info`, { input });
}

export function tally(logs: readonly FoundLog[], count: number): Tally {
  const numbers = logs.map((log) => Number(/^line (\d+) of/.exec(log["msg"] ?? "")?.[1] ?? -1));
  const times = new Map<number, number>();
  for (const n of numbers) times.set(n, (times.get(n) ?? 0) + 1);
  let lost = 0;
  for (let n = 0; n < count; n++) if (!times.has(n)) lost++;
  return {
    lost,
    doubled: numbers.length - times.size,
    inOrder: numbers.every((n, i) => i === 0 || n > (numbers[i - 1] ?? -1)),
  };
}

/** Waits for lines 0 to count - 1 of a program; says what there is, throws what is wrong with it. */
export async function expectLines(world: World, program: string, count: number): Promise<string> {
  const logs = await world.cloud.arrived(programOf(world, program), count).catch(async (error: Error) => {
    const said = await machineOf(world).sh(
      "journalctl -b -o short-precise --no-pager | grep -iE 'missed|suppress|discard|lost' | tail -n 5 || true",
    );
    throw new Error(`${error.message}\nthe machine's journal of losses: ${said || "nothing"}`);
  });
  const { lost, doubled, inOrder } = tally(logs, count);
  const text = `${count} lines, ${lost} lost, ${doubled} doubled`;
  if (lost > 0 || doubled > 0) throw new Error(text);
  if (!inOrder) throw new Error(`${text}, but not in order`);
  return text;
}

/** Waits until the agent knows that all it was given is stored: a kill after that doubles nothing. */
export const settle = (world: World): Promise<string> =>
  machineOf(world).sh(`sls-agent drain --seconds ${patienceMs / 1000}`);
