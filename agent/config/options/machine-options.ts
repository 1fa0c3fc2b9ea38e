import { isIP } from "node:net";
import { tagProblem, tagsProblem } from "../group-tags";
import { list, text } from "../option";

/** Who this machine is, what it holds, and by what right it sends. */
export const machineOptions = {
  workingIp: text<string | undefined>(
    {
      path: "workingIp",
      env: "SLS_AGENT_WORKING_IP",
      doc: "this machine's address: the source of its own lines, and its name in machine groups by ip",
      fallback: undefined,
      fallbackText: "first address that is not loopback",
    },
    (value) => (isIP(value) === 0 ? "an IP address" : undefined),
  ),
  tags: list(
    {
      path: "tags",
      env: "SLS_AGENT_TAGS",
      doc: "NAME=VALUE each, sent with every log; the service shows them as `__tag__:NAME`",
      fallback: [],
      fallbackText: "none",
    },
    tagProblem,
    tagsProblem,
  ),
  dataDir: text<string>({
    path: "dataDir",
    env: "SLS_AGENT_DATA_DIR",
    flag: "--data-dir <folder>",
    doc: "holds status, last good configs, unsent lines, lines set aside",
    fallback: "/var/lib/sls-agent",
  }),
  credentialsFile: text<string | undefined>({
    path: "credentials.file",
    env: "SLS_AGENT_CREDENTIALS_FILE",
    doc: "JSON file with credentials as STS answers them; another program renews it, it is read when it has changed",
    fallback: undefined,
    fallbackText: "none",
  }),
  ecsRole: text<string | undefined>({
    path: "credentials.ecsRole",
    env: "ALIBABA_CLOUD_ECS_METADATA",
    doc: "RAM role of this ECS instance, by its name; `auto`: whichever is attached",
    fallback: undefined,
    fallbackText: "none",
  }),
} as const;
