/** Names of `x-log-compresstype`. `deflate` and `gzip` both mean a zlib stream (RFC 1950), despite the names. */
import { deflateSync, inflateSync } from "node:zlib";
import * as zlib from "node:zlib";
import { lz4Compress, lz4Decompress } from "./lz4";

export type CompressType = "lz4" | "deflate" | "gzip" | "zstd";
export const compressTypes: readonly string[] = ["lz4", "deflate", "gzip", "zstd"];

type Codec = (data: Uint8Array, options?: object) => Buffer;
/** zstd is in Node since 22.15; the types here are Node 20's. */
const zstd = zlib as unknown as { zstdCompressSync?: Codec; zstdDecompressSync?: Codec };

export const hasZstd = (): boolean => zstd.zstdCompressSync !== undefined && zstd.zstdDecompressSync !== undefined;

const noZstd = (): Error =>
  new Error(`zstd needs Node 22.15 or newer, this is ${process.version}; use lz4, which every version has`);

export function compress(type: CompressType, raw: Uint8Array): Buffer {
  switch (type) {
    case "lz4":
      return lz4Compress(raw);
    case "deflate":
    case "gzip":
      return deflateSync(raw);
    case "zstd":
      if (!zstd.zstdCompressSync) throw noZstd();
      return zstd.zstdCompressSync(raw);
  }
}

/** Restores what `compress` or another client made; throws when the size is not `rawSize`. */
export function decompress(type: CompressType, data: Uint8Array, rawSize: number): Buffer {
  let raw: Buffer;
  switch (type) {
    case "lz4":
      return lz4Decompress(data, rawSize);
    case "deflate":
    case "gzip":
      raw = inflateSync(data, { maxOutputLength: Math.max(rawSize, 1) });
      break;
    case "zstd":
      if (!zstd.zstdDecompressSync) throw noZstd();
      raw = zstd.zstdDecompressSync(data, { maxOutputLength: Math.max(rawSize, 1) });
      break;
  }
  if (raw.length !== rawSize) throw new Error(`decompressed to ${raw.length} bytes, x-log-bodyrawsize says ${rawSize}`);
  return raw;
}
