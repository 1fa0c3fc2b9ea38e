import { colors as pc } from "../../deploy/colors";

const begin = Date.now();
const elapsed = (): string => `${((Date.now() - begin) / 1000).toFixed(1).padStart(5)} s`;
let number = 0;

export const say = (text = ""): void => void process.stdout.write(`${text}\n`);
export const detail = (text: string): void => say(pc.dim(`          ${text}`));

/** Runs one step of the demo and tells its name before, its time after. */
export async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  number++;
  say(`${pc.dim(elapsed())}  ${pc.bold(`${number}. ${title}`)}`);
  const start = Date.now();
  const result = await work();
  say(`${pc.dim(elapsed())}     ${pc.green("done")} ${pc.dim(`in ${((Date.now() - start) / 1000).toFixed(1)} s`)}`);
  return result;
}
