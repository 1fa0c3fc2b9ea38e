import type { Credentials } from "../sls/wire/request";

/** Names that must not go through the local cloud: for those who have a network, tools still fetch what they need. */
const straight = [
  "localhost",
  "127.0.0.1",
  "registry.terraform.io",
  "registry.opentofu.org",
  "releases.hashicorp.com",
  "github.com",
  "objects.githubusercontent.com",
  "release-assets.githubusercontent.com",
  "registry.npmjs.org",
].join(",");

export interface ClientEnvOptions {
  readonly url: string;
  readonly region: string;
  readonly credentials: Credentials;
  readonly caFile: string;
  readonly caBundleFile: string;
}

/** Environment in which unmodified clients (Node, Python, Go, terraform) reach the local cloud under the real names. */
export function clientEnv({
  url,
  region,
  credentials,
  caFile,
  caBundleFile,
}: ClientEnvOptions): Record<string, string> {
  const { accessKeyId, accessKeySecret } = credentials;
  return {
    HTTP_PROXY: url,
    HTTPS_PROXY: url,
    NO_PROXY: straight,
    http_proxy: url,
    https_proxy: url,
    no_proxy: straight,
    ALL_PROXY: "",
    all_proxy: "",
    NODE_EXTRA_CA_CERTS: caFile,
    SSL_CERT_FILE: caBundleFile,
    REQUESTS_CA_BUNDLE: caBundleFile,
    // Read before SSL_CERT_FILE, where the caller's own has it.
    CURL_CA_BUNDLE: caBundleFile,
    ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret,
    ALIBABA_CLOUD_REGION: region,
    ALIBABA_CLOUD_ACCOUNT_TYPE: "Domestic",
    ALICLOUD_ACCESS_KEY: accessKeyId,
    ALICLOUD_SECRET_KEY: accessKeySecret,
    ALICLOUD_REGION: region,
    // Tokens of the caller's real account have no place here.
    ALIBABA_CLOUD_SECURITY_TOKEN: "",
    ALICLOUD_SECURITY_TOKEN: "",
    CHECKPOINT_DISABLE: "1",
    DISABLE_VERSION_CHECK: "1",
  };
}
