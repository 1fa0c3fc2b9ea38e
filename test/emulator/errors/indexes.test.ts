import { describe } from "vitest";
import { store, post, change, get, check } from "./cases";

describe("of indexes:", () => {
  const index = `${store}/index`;
  check([
    ["twice", post(index, { line: { token: [" "] } }), 400, "IndexAlreadyExist", /already/],
    [
      "without tokens",
      post("/logstores/no-index/index", { line: {} }),
      400,
      "IndexInfoInvalid",
      "required field token is lacking or of error format",
    ],
    ["of nothing", post("/logstores/no-index/index", {}), 400, "IndexInfoInvalid", /line and keys/],
    ["of a type that is none", change(index, { keys: { a: { type: "blob" } } }), 400, "IndexInfoInvalid", /type/],
    [
      "max_text_len of 63",
      change(index, { line: { token: [" "] }, max_text_len: 63 }),
      400,
      "IndexInfoInvalid",
      /max_text_len/,
    ],
    [
      "read where there is none",
      get("/logstores/no-index/index"),
      404,
      "IndexConfigNotExist",
      "index config doesn't exist",
    ],
    [
      "update where there is none",
      change("/logstores/no-index/index", { line: { token: [" "] } }),
      400,
      "ParameterInvalid",
      /index is not created/,
    ],
    [
      "deletion where there is none",
      { method: "DELETE", path: "/logstores/no-index/index" },
      400,
      "ParameterInvalid",
      /index is not created/,
    ],
  ]);
});
