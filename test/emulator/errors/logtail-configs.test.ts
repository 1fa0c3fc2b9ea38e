import { describe } from "vitest";
import { config, post, change, get, check } from "./cases";

describe("of Logtail configs:", () => {
  check([
    ["twice", post("/configs", config), 400, "ConfigAlreadyExist", "config c-1 already exists"],
    [
      "a bad name",
      post("/configs", { ...config, configName: "C" }),
      400,
      "InvalidParameter",
      /^invalid config resource json/,
    ],
    [
      "a sample of 1,001 bytes",
      post("/configs", { ...config, configName: "c-2", logSample: "x".repeat(1001) }),
      400,
      "InvalidParameter",
      /logSample/,
    ],
    ["read", get("/configs/nope"), 404, "ConfigNotExist", "Config nope does not exist"],
    ["update", change("/configs/nope", config), 404, "ConfigNotExist", /nope/],
    ["deletion", { method: "DELETE", path: "/configs/nope" }, 404, "ConfigNotExist", /nope/],
    ["another name in the body", change("/configs/c-1", { ...config, configName: "c-9" }), 400, "BadRequest", /c-9/],
    ["its groups", get("/configs/nope/machinegroups"), 404, "ConfigNotExist", /nope/],
    ["a list in no project", { ...get("/configs"), project: "nope-nope" }, 404, "ProjectNotExist", /nope-nope/],
    ["a list for no logstore", get("/configs", { logstoreName: "nope" }), 404, "LogStoreNotExist", /nope/],
  ]);
});
