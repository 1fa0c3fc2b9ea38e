/**
 * Each environment of an app in a stack of its own, from one program: `cdktf deploy billing-logs-dev`. What differs is in one table. Names follow the
 * company's scheme, no two collide, and in pre-prod and prod nothing that holds logs can be destroyed. In your own app the constructs come from "cdktf-sls".
 */
import { AlicloudProvider } from "@cdktf/provider-alicloud/lib/provider";
import { App, TerraformStack } from "cdktf";
import { Environment, LogCollection, LogTags, Retention, type LogStoreOptions } from "../../constructs";

interface Place {
  readonly region: string;
  readonly logstore: LogStoreOptions;
}

const places: Readonly<Record<string, Place>> = {
  dev: { region: "cn-hangzhou", logstore: { retention: Retention.days(3), shardCount: 1 } },
  "pre-prod": { region: "cn-hangzhou", logstore: { retention: Retention.days(14) } },
  prod: { region: "cn-shanghai", logstore: { retention: Retention.days(365), shardCount: 4, hotTtl: 30 } },
};

const app = new App();

for (const [name, { region, logstore }] of Object.entries(places)) {
  const environment = Environment.parse(name);
  const stack = new TerraformStack(app, `billing-logs-${name}`);
  new AlicloudProvider(stack, "alicloud", { region });
  new LogCollection(stack, "logs", {
    app: "billing",
    environment,
    nameScheme: ({ app: owner, noun }) => `acme-${name}-${owner}-${noun}`,
    names: { userDefinedId: `billing-${name}` },
    logstore,
    // Terraform must be able to clean up after a trial; leave this out in your own app.
    preventDestroy: name !== "dev" && process.env["TRIAL"] === undefined,
  });
  LogTags.add(stack, { "cost-centre": "4711", environment: name });
}

app.synth();
