import { describe } from "vitest";
import { type RawRequest } from "../../support/raw-request";
import { project, post, check } from "./cases";

describe("of tags:", () => {
  const tag = (more: object): RawRequest =>
    post("/tag", { resourceType: "project", resourceId: [project], tags: [{ key: "a", value: "b" }], ...more });
  const many = Array.from({ length: 21 }, (_, i) => ({ key: `k${i}`, value: "v" }));
  check([
    [
      "another type",
      tag({ resourceType: "planet" }),
      400,
      "ParameterInvalid",
      "The resource type is not supported: planet",
    ],
    ["none", tag({ tags: [] }), 400, "PostBodyInvalid", "request tag key value pair size must little than 20"],
    ["21", tag({ tags: many }), 400, "PostBodyInvalid", "request tag key value pair size must little than 20"],
    ["of no project", tag({ resourceId: ["nope-nope"] }), 404, "ProjectNotExist", /nope-nope/],
    [
      "of no logstore",
      tag({ resourceType: "logstore", resourceId: [`${project}#nope`] }),
      404,
      "LogStoreNotExist",
      /nope/,
    ],
    [
      "of no group",
      tag({ resourceType: "machinegroup", resourceId: [`${project}#nope`] }),
      404,
      "MachineGroupNotExist",
      /nope/,
    ],
    [
      "of no config",
      tag({ resourceType: "logtailconfig", resourceId: [`${project}#nope`] }),
      404,
      "ConfigNotExist",
      /nope/,
    ],
  ]);
});
