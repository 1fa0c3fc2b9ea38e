/** Where to and who: the provider's arguments, then its environment variables, in the real provider's order. */
import { readFileSync } from "node:fs";
import type { Credentials } from "../../sls/wire";
import { regionProblem } from "../../sls/model";
import { UserError } from "./errors";
import { isUnknown, mapsOf, textOf, type ValueMap } from "./values";

export interface Endpoint {
  readonly scheme: "http" | "https";
  /** `host[:port]` */
  readonly host: string;
}

export interface Settings {
  readonly region: string;
  readonly credentials: Credentials;
  readonly sls: Endpoint;
  readonly ecs: Endpoint;
  readonly vpc: Endpoint;
  readonly ram: Endpoint;
  readonly ims: Endpoint;
  readonly timeoutMs: number;
  readonly proxies: { readonly http: string; readonly https: string; readonly except: readonly string[] };
  /** PEM of the authorities to trust instead of the built-in ones; the local cloud's own is among them. */
  readonly authorities: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

const variables = {
  access_key: ["ALICLOUD_ACCESS_KEY", "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABACLOUD_ACCESS_KEY_ID"],
  secret_key: ["ALICLOUD_SECRET_KEY", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABACLOUD_ACCESS_KEY_SECRET"],
  security_token: ["ALICLOUD_SECURITY_TOKEN", "ALIBABA_CLOUD_SECURITY_TOKEN", "ALIBABACLOUD_SECURITY_TOKEN"],
  region: ["ALICLOUD_REGION", "ALIBABA_CLOUD_REGION"],
} as const;
type Argument = keyof typeof variables;

function required(name: Argument, value: string, config: ValueMap): string {
  if (value !== "") return value;
  const came = isUnknown(config[name]) ? `${name} is not known before apply` : `${name} is missing`;
  throw new UserError(
    `alicloud: ${came}`,
    `Write ${name} in the provider block, or set ${variables[name][0]} (or ${variables[name][1]}). ` +
      "Inside `cdktf-sls local exec -- COMMAND` they are set.",
    name,
  );
}

function endpoint(given: string, fallback: string, protocol: string): Endpoint {
  const [, scheme, host = ""] = /^(?:(https?):\/\/)?([^/]*)/i.exec(given || fallback) ?? [];
  const wanted = (scheme ?? protocol).toLowerCase();
  return { scheme: wanted === "http" ? "http" : "https", host };
}

function authorities(env: Environment): string[] {
  const files = [env["SSL_CERT_FILE"], env["NODE_EXTRA_CA_CERTS"]].filter((file) => file !== undefined && file !== "");
  return [...new Set(files as string[])].map((file) => {
    try {
      return readFileSync(file, "utf8");
    } catch (error) {
      throw new UserError(
        "alicloud: the certificate authority cannot be read",
        `SSL_CERT_FILE or NODE_EXTRA_CA_CERTS names ${file}: ${(error as Error).message}. ` +
          "Is the local cloud still running? See `cdktf-sls local status`.",
      );
    }
  });
}

/** Throws a UserError that names what is missing, and the remedy. */
export function settingsOf(config: ValueMap, env: Environment): Settings {
  const fromEnv = (...names: readonly string[]): string =>
    names.map((name) => env[name]?.trim() ?? "").find((value) => value !== "") ?? "";
  const argument = (name: Argument): string => textOf(config[name]) || fromEnv(...variables[name]);
  const region = required("region", argument("region"), config);
  const problem = regionProblem(region);
  if (problem !== undefined) throw new UserError("alicloud: no such region", `${problem}.`, "region");
  const token = argument("security_token");
  const credentials = {
    accessKeyId: required("access_key", argument("access_key"), config),
    accessKeySecret: required("secret_key", argument("secret_key"), config),
    ...(token ? { securityToken: token } : {}),
  };
  const protocol = textOf(config["protocol"]) || "HTTPS";
  const [endpoints = {}] = mapsOf(config["endpoints"]);
  const log = textOf(endpoints["log"]) || fromEnv("ALIBABA_CLOUD_ENDPOINT_SLS", "SLS_ENDPOINT");
  const ecs = textOf(endpoints["ecs"]) || fromEnv("ALIBABA_CLOUD_ENDPOINT_ECS", "ECS_ENDPOINT");
  const proxies = {
    http: fromEnv("HTTP_PROXY", "http_proxy"),
    https: fromEnv("HTTPS_PROXY", "https_proxy"),
    except: fromEnv("NO_PROXY", "no_proxy")
      .split(",")
      .map((entry) => entry.trim().toLowerCase())
      .filter((entry) => entry !== ""),
  };
  if (proxies.https === "" && log === "" && ecs === "") {
    throw new UserError(
      "alicloud: this is the offline stand-in, and no local cloud is in sight",
      "It would otherwise reach for the real service. Run Terraform inside the local cloud " +
        "(`cdktf-sls local exec -- terraform plan`, which sets HTTPS_PROXY), or use the real provider: unset TF_CLI_CONFIG_FILE, " +
        "then `terraform init -upgrade`.",
    );
  }
  return {
    region,
    credentials,
    sls: endpoint(log, `${region}.log.aliyuncs.com`, protocol),
    ecs: endpoint(ecs, `ecs.${region}.aliyuncs.com`, protocol),
    vpc: endpoint(
      textOf(endpoints["vpc"]) || fromEnv("ALIBABA_CLOUD_ENDPOINT_VPC", "VPC_ENDPOINT"),
      `vpc.${region}.aliyuncs.com`,
      protocol,
    ),
    ram: endpoint(
      textOf(endpoints["ram"]) || fromEnv("ALIBABA_CLOUD_ENDPOINT_RAM", "RAM_ENDPOINT"),
      "ram.aliyuncs.com",
      protocol,
    ),
    ims: endpoint(
      textOf(endpoints["ims"]) || fromEnv("ALIBABA_CLOUD_ENDPOINT_IMS", "IMS_ENDPOINT"),
      "ims.aliyuncs.com",
      protocol,
    ),
    timeoutMs: Number(config["client_read_timeout"] ?? fromEnv("CLIENT_READ_TIMEOUT")) || 60_000,
    proxies,
    authorities: authorities(env),
  };
}
