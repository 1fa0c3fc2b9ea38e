import { Option, type Command } from "commander";
import { credentialsFor, readManifests, type StackManifest } from "../deploy";
import {
  networks,
  type Network,
  endpointProblem,
  proxyFromEnv,
  LogWriter,
  regionProblem,
  slsEndpoint,
  SlsClient,
} from "../sls";

/** Flags of every command that talks to the service about a deployed stack. */
export interface ServiceFlags {
  readonly outputsFile?: string;
  readonly cdktfOut: string;
  readonly stack?: string;
  readonly region?: string;
  readonly endpoint?: string;
  readonly network?: Network;
  readonly profile?: string;
  readonly json?: boolean;
}

const regionNames = ["ALICLOUD_REGION", "ALIBABA_CLOUD_REGION"];

/** `region`: whose it is by default; for a command that knows no stack the environment says it. */
export function addEndpointOptions(command: Command, region: "stack" | "environment"): Command {
  const otherwise = region === "stack" ? "the stack's own" : regionNames.join(" or ");
  return command
    .option("--region <id>", `region of the log project (default: ${otherwise})`)
    .option("--endpoint <host>", "endpoint of Log Service (default: <region>.log.aliyuncs.com)")
    .addOption(new Option("--network <name>", "which of the region's endpoints").choices(networks))
    .option("--profile <name>", "profile of ~/.aliyun/config.json (default: keys of the environment, then the chain)");
}

export function addServiceOptions(command: Command): Command {
  return addEndpointOptions(command, "stack")
    .option("--outputs-file <file>", "outputs of `cdktf deploy --outputs-file` (default: ask terraform)")
    .option("--cdktf-out <folder>", "folder of the synthesised stacks", "cdktf.out")
    .option("--stack <name>", "only this stack")
    .option("--json", "print JSON");
}

export const readStacks = (flags: ServiceFlags): Promise<StackManifest[]> =>
  readManifests({
    cdktfOut: flags.cdktfOut,
    env: process.env,
    ...(flags.outputsFile ? { outputsFile: flags.outputsFile } : {}),
    ...(flags.stack ? { stack: flags.stack } : {}),
  });

/** As given, else the stack's, else the environment's. */
export function regionOf(flags: Pick<ServiceFlags, "region">, stackRegion: string | undefined): string {
  const region = flags.region ?? stackRegion ?? regionNames.map((name) => process.env[name]).find((value) => value);
  if (!region)
    throw new Error(`no region: give --region, set ${regionNames.join(" or ")}, or set it on AlicloudProvider`);
  const problem = regionProblem(region);
  if (problem) throw new Error(problem);
  return region;
}

export type EndpointFlags = Pick<ServiceFlags, "region" | "endpoint" | "network" | "profile">;

/** As the Terraform provider reads them. */
const endpointNames = ["ALIBABA_CLOUD_ENDPOINT_SLS", "SLS_ENDPOINT"];

function checkedEndpoint(endpoint: string, from: string): string {
  const problem = endpointProblem(endpoint);
  if (problem) throw new Error(`${from}: ${problem}`);
  return endpoint.replace(/\/+$/, "");
}

function endpointOf(flags: EndpointFlags, stackRegion: string | undefined): string {
  if (flags.endpoint) return checkedEndpoint(flags.endpoint, "--endpoint");
  const named = endpointNames.find((name) => process.env[name]?.trim());
  if (named !== undefined && flags.network === undefined) {
    return checkedEndpoint(process.env[named]?.trim() ?? "", named);
  }
  return slsEndpoint(regionOf(flags, stackRegion), flags.network);
}

export interface ServiceClients {
  readonly client: SlsClient;
  readonly writer: LogWriter;
  readonly close: () => void;
}

/** The clients for one stack; the caller closes them. `onCall` is told of each call, also of PutLogs. */
export function clientFor(
  flags: EndpointFlags,
  stackRegion: string | undefined,
  onCall: (verb: string) => unknown = () => undefined,
): ServiceClients {
  const proxy = proxyFromEnv(process.env);
  const options = {
    endpoint: endpointOf(flags, stackRegion),
    credentials: credentialsFor({ env: process.env, proxy, ...(flags.profile ? { profile: flags.profile } : {}) }),
    proxy,
    // A person waits.
    timeoutMs: 15_000,
  };
  const client = new SlsClient({ ...options, onCall });
  const writer = new LogWriter({ ...options, onCall: () => onCall("POST") });
  const close = (): void => {
    client.close();
    writer.close();
  };
  return { client, writer, close };
}
