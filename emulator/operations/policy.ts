import { projectOf, type Operation } from "../sls/context";

/** A project's policy is kept and returned as the text that was sent; it is not enforced. */
export const policyOperations: readonly Operation[] = [
  {
    name: "PutProjectPolicy",
    method: "POST",
    path: "/policy",
    scope: "project",
    handle: (context) => {
      projectOf(context).policy = context.body.toString("utf8");
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
