/** `npm run bench -- [--short]`: every benchmark, each a table and a JSON line. */
import { benchCompress } from "./compress";
import { benchDeploy } from "./deploy";
import { benchEmulator } from "./emulator";
import { benchEncode } from "./encode";
import { benchLines } from "./lines";
import { benchRestart } from "./restart";
import { benchSynth } from "./synth";

const short = process.argv.includes("--short");
const rounds = short ? 5 : 50;
benchEncode(rounds);
benchCompress(rounds);
benchLines(short ? 3 : 20);
benchSynth(short ? 3 : 10);
async function clouds(): Promise<void> {
  await benchEmulator(short ? 100_000 : 1_000_000, short ? 20 : 200);
  await benchDeploy(short ? 50 : 200);
  await benchRestart(short ? 50e6 : 1e9);
}
clouds().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
