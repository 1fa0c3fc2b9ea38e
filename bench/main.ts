/** `npm run bench -- [--short]`: every benchmark, each a table and a JSON line. */
import { benchCompress } from "./compress";
import { benchEncode } from "./encode";

const rounds = process.argv.includes("--short") ? 5 : 50;
benchEncode(rounds);
benchCompress(rounds);
