import { describe } from "vitest";
import { search, check } from "./cases";

describe("of queries:", () => {
  check([
    ["no index", search({}, "/logstores/no-index"), 400, "IndexConfigNotExist", "logstore without index config"],
    ["an empty range", search({ from: "2" }), 400, "InvalidTimeRange", /range/],
    ["a time below 0", search({ from: "-5" }), 400, "ParameterInvalid", /from/],
    ["101 lines", search({ line: "101" }), 400, "InvalidLine", /line/],
    ["an offset below 0", search({ offset: "-1" }), 400, "InvalidOffset", /offset/],
    ["no such logstore", search({}, "/logstores/nope"), 404, "LogStoreNotExist", /nope/],
  ]);
});
