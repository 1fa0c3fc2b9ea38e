import { describe } from "vitest";
import { group, post, change, get, check } from "./cases";

describe("of machine groups:", () => {
  const nope = "MachineGroup nope does not exist";
  check([
    ["twice", post("/machinegroups", group), 400, "MachineGroupAlreadyExist", "MachineGroup g-1 already exist"],
    [
      "a bad name",
      post("/machinegroups", { ...group, groupName: "G" }),
      400,
      "InvalidParameter",
      /^invalid group resource json/,
    ],
    ["read", get("/machinegroups/nope"), 404, "MachineGroupNotExist", nope],
    ["update", change("/machinegroups/nope", group), 404, "MachineGroupNotExist", nope],
    ["deletion", { method: "DELETE", path: "/machinegroups/nope" }, 404, "MachineGroupNotExist", nope],
    ["machines", get("/machinegroups/nope/machines"), 404, "MachineGroupNotExist", nope],
    ["its configs", get("/machinegroups/nope/configs"), 404, "MachineGroupNotExist", nope],
    ["apply to none", { method: "PUT", path: "/machinegroups/nope/configs/c-1" }, 404, "MachineGroupNotExist", nope],
    ["apply none", { method: "PUT", path: "/machinegroups/g-1/configs/nope" }, 404, "ConfigNotExist", /nope/],
    ["remove none", { method: "DELETE", path: "/machinegroups/g-1/configs/nope" }, 404, "ConfigNotExist", /nope/],
    ["a list of 501", get("/machinegroups", { size: "501" }), 400, "ParameterInvalid", /size/],
  ]);
});
