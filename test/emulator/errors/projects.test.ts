import { describe, expect, test } from "vitest";
import { rawRequest } from "../../support/raw-request";
import { cloud, project, post, change, get, check } from "./cases";

describe("of projects:", () => {
  check([
    ["twice", post("/", { projectName: project }), 400, "ProjectAlreadyExist", `Project ${project} already exist`],
    ["a bad name", post("/", { projectName: "A_b" }), 400, "ParameterInvalid", /project name/],
    ["no JSON", post("/", "x"), 400, "ParameterInvalid", "The body is not valid json string."],
    ["update of none", { ...change("/", {}), project: "nope-nope" }, 404, "ProjectNotExist", /nope-nope/],
    ["deletion of none", { method: "DELETE", path: "/", project: "nope-nope" }, 404, "ProjectNotExist", /nope-nope/],
  ]);
  test.each<Record<string, string>>([{ offset: "-1" }, { size: "501" }, { size: "x" }])(
    "a list of %j",
    async (query) => {
      expect(await rawRequest(cloud, get("/", query))).toMatchObject({ status: 400, errorCode: "ParameterInvalid" });
    },
  );
});
