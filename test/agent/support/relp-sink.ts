/**
 * A process that takes lines over RELP into a file, for being killed: `node relp-sink.js PORT FILE`. A line counts as safe
 * once it is written and synced, in group commits. SIGTERM ends it cleanly.
 */
import * as fs from "node:fs";
import { RelpInput } from "../../../agent/inputs/relp/relp";
import { Waits } from "../../../agent/status/waits";
import { realWorld } from "../../../agent/world";

const [port = "", file = ""] = process.argv.slice(2);
const fd = fs.openSync(file, "a");
// A kill may cut a write in two; what is cut off was never safe, and the next line must not go on there.
fs.ftruncateSync(fd, fs.readFileSync(file).lastIndexOf("\n") + 1);
let waiting: Buffer[] = [];
let commit: Promise<void> | undefined;

const sync = (): Promise<void> =>
  new Promise((resolve, reject) => fs.fdatasync(fd, (error) => (error ? reject(error) : resolve())));

/** One write and one sync for all that was taken before the write. */
const committed = (): Promise<void> =>
  (commit ??= (async () => {
    await new Promise((resolve) => setImmediate(resolve));
    commit = undefined;
    const lines = waiting;
    waiting = [];
    fs.writeSync(fd, Buffer.concat(lines));
    await sync();
  })());

const emit = (event: object): void => void process.stdout.write(`${JSON.stringify(event)}\n`);
const input = new RelpInput({
  place: { host: "127.0.0.1", port: Number(port), setting: "the first argument" },
  maxLineBytes: 512 * 1024,
  // A line may hold line feeds, this file may not.
  accept: (line) => void waiting.push(Buffer.from(`${line.toString("latin1").replaceAll("\n", "\\n")}\n`, "latin1")),
  committed,
  world: realWorld,
  emit,
  waits: new Waits(emit),
});

process.on("SIGTERM", () => void input.close().then(() => process.exit(0)));
