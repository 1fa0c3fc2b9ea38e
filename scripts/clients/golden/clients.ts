/** Which clients are recorded, and by which commands. */
import { join } from "node:path";
import { repository } from "../run-tests";
import { recordedKey, recordedRegion } from "./recording";

export interface RecordedClient {
  /** Name of the file below test/golden/wire. */
  readonly name: string;
  readonly client: string;
  /** Prints the version. */
  readonly version: readonly [program: string, ...args: string[]];
  /** One process each. */
  readonly commands: readonly (readonly [program: string, ...args: string[]])[];
}

const here = join("scripts", "clients", "golden");
const python = (environment: string): string => join(repository, ".cache", environment, "bin", "python");

const pythonVersion = (environment: string, distribution: string): RecordedClient["version"] => [
  python(environment),
  "-c",
  `import importlib.metadata as m; print(m.version("${distribution}"))`,
];

const pythonSdk = (name: string, environment: string, sign: string): RecordedClient => ({
  name,
  client: "aliyun-log-python-sdk",
  version: pythonVersion(environment, "aliyun-log-python-sdk"),
  commands: [[python(environment), join(here, "python_sdk.py"), sign]],
});

const inNode = (name: string, client: string, script: string, ...args: string[]): RecordedClient => ({
  name,
  client,
  version: [process.execPath, "-p", `require("${client}/package.json").version`],
  commands: [[process.execPath, "-r", "ts-node/register", join(here, script), ...args]],
});

const account = [
  `--access-id=${recordedKey.accessKeyId}`,
  `--access-key=${recordedKey.accessKeySecret}`,
  `--region-endpoint=${recordedRegion}.log.aliyuncs.com`,
];
const cli = (command: string, ...args: string[]): [string, ...string[]] => [
  python("python-cli"),
  join(here, "aliyun_log_cli.py"),
  "log",
  command,
  ...args,
  ...account,
];
const index = JSON.stringify({ line: { token: [" ", ","], caseSensitive: false } });
const curlFrom = (host: string, path: string, ...args: string[]): [string, ...string[]] => [
  "curl",
  "-sS",
  ...args,
  `http://${host}.${recordedRegion}.log.aliyuncs.com${path}`,
];

export const recordedClients: readonly RecordedClient[] = [
  pythonSdk("python-sdk-v1", "python", "v1"),
  pythonSdk("python-sdk-new-v1", "python-new", "v1"),
  pythonSdk("python-sdk-new-v4", "python-new", "v4"),
  inNode("alicloud-log", "@alicloud/log", "alicloud-log.ts"),
  inNode("sls20201230-v1", "@alicloud/sls20201230", "sls20201230.ts", "v1"),
  inNode("sls20201230-v4", "@alicloud/sls20201230", "sls20201230.ts", "v4"),
  {
    name: "aliyun-log-cli",
    client: "aliyun-log-cli",
    version: pythonVersion("python-cli", "aliyun-log-cli"),
    commands: [
      cli("create_project", "--project_name=wire", "--project_des=golden bytes"),
      cli("create_logstore", "--project_name=wire", "--logstore_name=store", "--ttl=7", "--shard_count=1"),
      cli("create_index", "--project_name=wire", "--logstore_name=store", `--index_detail=${index}`),
      cli("list_logstore", "--project_name=wire"),
      cli(
        "get_log",
        "--project=wire",
        "--logstore=store",
        "--from_time=1699999940",
        "--to_time=1700000060",
        "--query=中文",
      ),
      cli("delete_project", "--project_name=wire", "--sign-version=v4", `--region-id=${recordedRegion}`),
    ],
  },
  {
    name: "curl",
    client: "curl",
    version: ["curl", "--version"],
    commands: [curlFrom("logtail", ""), curlFrom("wire", "/"), curlFrom(`ali-${recordedRegion}-sls-admin`, "")],
  },
];
