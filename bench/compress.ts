/** Which compression for PutLogs? Ours in JavaScript against native liblz4 and zlib. */
import { deflateSync } from "node:zlib";
import { compressSync } from "lz4-napi";
import { encodeLogGroup, lz4Compress } from "../sls";
import { sampleGroup } from "./log-data";
import { measure, report } from "./measure";

export function benchCompress(rounds: number): void {
  const raw = encodeLogGroup(sampleGroup());
  const ways = [
    { name: "lz4, ours (JavaScript)", run: () => lz4Compress(raw) },
    { name: "lz4, lz4-napi (native)", run: () => compressSync(raw).subarray(4) },
    { name: "deflate, zlib (native)", run: () => deflateSync(raw) },
  ];
  const sizes = Object.fromEntries(ways.map(({ name, run }) => [name, run().length]));
  report("Compress a batch of 4,000 lines", measure(ways, rounds), raw.length, { sizes });
}
