import { parsePolicy, PolicyProblem } from "../access/policy-document";
import { projectOf, type Operation } from "../sls/context";
import { parameterInvalid } from "../sls/service-error";

/** Throws for a text that is no policy. Nothing and `{}` are: none. */
function checked(text: string): string {
  if (text === "" || text === "{}") return "";
  try {
    parsePolicy(text, "project");
    return text;
  } catch (error) {
    if (error instanceof PolicyProblem) throw parameterInvalid(`The policy is invalid: ${error.message}`);
    throw error;
  }
}

/** A project's policy is kept and returned as the text that was sent; emulator/access decides by it. */
export const policyOperations: readonly Operation[] = [
  {
    name: "PutProjectPolicy",
    method: "POST",
    path: "/policy",
    scope: "project",
    handle: (context) => {
      projectOf(context).policy = checked(context.body.toString("utf8"));
      return {};
    },
  },
  {
    name: "GetProjectPolicy",
    method: "GET",
    path: "/policy",
    scope: "project",
    handle: (context) => ({ bytes: Buffer.from(projectOf(context).policy) }),
  },
  {
    name: "DeleteProjectPolicy",
    method: "DELETE",
    path: "/policy",
    scope: "project",
    handle: (context) => {
      projectOf(context).policy = "";
      return {};
    },
  },
];
