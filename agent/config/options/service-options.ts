import { endpointProblem, projectNameProblem, regionProblem } from "../../../sls/model";
import { choice, integer, list, text } from "../option";

/** A rule of sls/model says "x must be …, got …" itself. */
const said =
  (rule: (value: string) => string | undefined) =>
  (value: string): string | undefined =>
    rule(value)?.replace(/^.*? must be /, "");

/** What is collected for whom: endpoint, projects. */
export const serviceOptions = {
  endpoint: text<string | undefined>(
    {
      path: "endpoint",
      env: "SLS_AGENT_ENDPOINT",
      flag: "--endpoint <host>",
      doc: "Log Service endpoint; https unless it begins with http://",
      fallback: undefined,
      fallbackText: "from region and network",
    },
    said(endpointProblem),
  ),
  region: text<string | undefined>(
    {
      path: "region",
      env: "SLS_AGENT_REGION",
      flag: "--region <id>",
      doc: "region of the projects, when no endpoint is given",
      fallback: undefined,
      fallbackText: "none; endpoint or region must be given",
    },
    said(regionProblem),
  ),
  network: choice(
    {
      path: "network",
      env: "SLS_AGENT_NETWORK",
      doc: "which endpoint of the region: public, or intranet from within Alibaba Cloud",
      fallback: "public",
    },
    ["public", "intranet"],
  ),
  projects: list(
    {
      path: "projects",
      env: "SLS_AGENT_PROJECTS",
      flag: "--project <name...>",
      doc: "log projects in which this machine's groups are looked for; `project` is understood too",
      fallback: [],
      fallbackText: "none; at least one must be given",
    },
    said(projectNameProblem),
  ),
  pollSeconds: integer(
    {
      path: "pollSeconds",
      env: "SLS_AGENT_POLL_SECONDS",
      flag: "--poll-seconds <number>",
      doc: "time between two looks for changed configs; 5 at most while there is none",
      fallback: 30,
    },
    1,
    3600,
  ),
} as const;
