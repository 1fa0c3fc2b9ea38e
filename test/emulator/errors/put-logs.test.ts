import { describe } from "vitest";
import { type RawRequest } from "../../support/raw-request";
import { store, now, logs, put, check } from "./cases";

describe("of PutLogs:", () => {
  const anonymous = (method: string): RawRequest => ({
    method,
    path: `${store}/track`,
    sign: "none",
    query: { a: "b" },
  });
  check([
    ["no such logstore", { ...put(logs()), path: "/logstores/nope/shards/lb" }, 404, "LogStoreNotExist", /nope/],
    ["no such project", { ...put(logs()), project: "nope-nope" }, 404, "ProjectNotExist", /nope-nope/],
    ["bytes that are no LogGroup", put("nonsense"), 400, "PostBodyInvalid", /LogGroup/],
    ["a time that is too old", put(logs(now() - 8 * 86_400)), 400, "PostBodyInvalid", /range/],
    ["a time that is too new", put(logs(now() + 1000)), 400, "PostBodyInvalid", /range/],
    ["no key", put(logs(now(), "")), 400, "InvalidKey", /key/],
    ["a key of 129 bytes", put(logs(now(), "k".repeat(129))), 400, "InvalidKey", /key/],
    [
      "compressed by what is unknown",
      put(logs(), { "x-log-compresstype": "br" }),
      400,
      "InvalidCompressType",
      "x-log-compresstype br is unsupported.",
    ],
    [
      "compressed without its size",
      put(logs(), { "x-log-compresstype": "lz4" }),
      400,
      "MissingBodyRawSize",
      /x-log-bodyrawsize/,
    ],
    [
      "a size that is none",
      put(logs(), { "x-log-compresstype": "lz4", "x-log-bodyrawsize": "x" }),
      400,
      "InvalidBodyRawSize",
      /x-log-bodyrawsize/,
    ],
    [
      "compressed badly",
      put(logs(), { "x-log-compresstype": "deflate", "x-log-bodyrawsize": "45" }),
      400,
      "PostBodyUncompressError",
      /uncompressed/,
    ],
    ["more than 10 MB", put(Buffer.alloc(10_600_000)), 400, "PostBodyTooLarge", /^Body size 10600000 must little than/],
    [
      "another content type",
      put(logs(), { "content-type": "text/plain" }),
      415,
      "InvalidContentType",
      "Content-Type text/plain is unsupported.",
    ],
    ["web tracking that is off", anonymous("GET"), 401, "Unauthorized", /web tracking/],
  ]);
});
