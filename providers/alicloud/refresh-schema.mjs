// Writes schema.json anew from the real provider: the resources and data sources that it holds now, plus those named.
//   node refresh-schema.mjs [--binary FILE] [--version 1.285.0] [alicloud_NAME | data.alicloud_NAME ...]
// The provider comes from the public registry, or is the executable FILE. Afterwards run `node generate.mjs`.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const schemaFile = fileURLToPath(new URL("schema.json", import.meta.url));
const source = "registry.terraform.io/aliyun/alicloud";
const pinned = /providerVersion = "([^"]+)"/.exec(readFileSync(new URL("generate.mjs", import.meta.url), "utf8"))?.[1];
const terraform = process.env.TERRAFORM_BINARY_NAME ?? "terraform";

function fail(message) {
  console.error(`refresh-schema: ${message}`);
  process.exit(1);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { binary: { type: "string" }, version: { type: "string", default: pinned } },
});

/** Attribute and block objects lose their documentation; an attribute that is *named* description stays. */
function withoutDocumentation(block) {
  const bare = ({ description, description_kind, ...rest }) => rest;
  const each = (members, one) => Object.fromEntries(Object.entries(members).map(([name, m]) => [name, one(m)]));
  const { attributes, block_types, ...rest } = bare(block);
  return {
    ...(attributes && { attributes: each(attributes, bare) }),
    ...(block_types && {
      block_types: each(block_types, (nested) => ({ ...bare(nested), block: withoutDocumentation(nested.block) })),
    }),
    ...rest,
  };
}

function run(folder, rc, ...args) {
  try {
    return execFileSync(terraform, args, {
      cwd: folder,
      env: { ...process.env, ...(rc && { TF_CLI_CONFIG_FILE: rc }), CHECKPOINT_DISABLE: "1", TF_IN_AUTOMATION: "1" },
      encoding: "utf8",
      maxBuffer: 256 * 1024 * 1024,
      stdio: ["ignore", "pipe", "pipe"],
    });
  } catch (error) {
    if (error.code === "ENOENT")
      fail(`${terraform} is not installed; install it or name another: TERRAFORM_BINARY_NAME=tofu`);
    const said = `${error.stdout ?? ""}${error.stderr ?? ""}`.trim();
    const remedy =
      args[0] === "init" && !rc
        ? "\nThe public registry must be reachable from here. Where it is not, pass the provider's executable: --binary FILE"
        : "";
    return fail(`\`${terraform} ${args.join(" ")}\` failed:\n${said}${remedy}`);
  }
}

/** A CLI configuration under which `init` finds this executable and nothing else. */
function mirrorOf(binary, folder) {
  if (!existsSync(binary)) fail(`no such file: ${binary}`);
  const platform = `${process.platform}_${{ x64: "amd64" }[process.arch] ?? process.arch}`;
  for (const host of ["registry.terraform.io", "registry.opentofu.org"]) {
    const name = `terraform-provider-alicloud_v${values.version}`;
    const file = join(folder, "mirror", host, "aliyun", "alicloud", values.version, `${platform}`, name);
    mkdirSync(dirname(file), { recursive: true });
    symlinkSync(binary, file);
  }
  const rc = join(folder, "cli.tfrc");
  writeFileSync(
    rc,
    `provider_installation {\n  filesystem_mirror { path = ${JSON.stringify(join(folder, "mirror"))} }\n}\n`,
  );
  return rc;
}

const folder = mkdtempSync(join(tmpdir(), "alicloud-schema-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
writeFileSync(
  join(folder, "main.tf.json"),
  JSON.stringify({
    terraform: { required_providers: { alicloud: { source: "aliyun/alicloud", version: values.version } } },
  }),
);
const rc = values.binary && mirrorOf(resolve(values.binary), folder);
run(folder, rc, "init", "-backend=false", "-input=false", "-no-color");
const all = JSON.parse(run(folder, rc, "providers", "schema", "-json"));
const found = Object.values(all.provider_schemas)[0];

const present = Object.values(JSON.parse(readFileSync(schemaFile, "utf8")).provider_schemas)[0];
const named = (isData) =>
  positionals.filter((n) => n.startsWith("data.") === isData).map((n) => n.replace(/^data\./, ""));
const wanted = {
  resource_schemas: [...Object.keys(present.resource_schemas), ...named(false)],
  data_source_schemas: [...Object.keys(present.data_source_schemas), ...named(true)],
};
const reduced = ({ version, block }) => ({ version, block: withoutDocumentation(block) });
const pick = (kind) => {
  const missing = wanted[kind].filter((name) => !found[kind][name]);
  if (missing.length > 0)
    fail(`provider ${values.version} has no ${missing.join(", ")}; data sources are written data.NAME`);
  return Object.fromEntries([...new Set(wanted[kind])].sort().map((name) => [name, reduced(found[kind][name])]));
};
const schema = {
  format_version: all.format_version,
  provider_schemas: {
    [source]: {
      provider: reduced(found.provider),
      resource_schemas: pick("resource_schemas"),
      data_source_schemas: pick("data_source_schemas"),
    },
  },
};
writeFileSync(schemaFile, `${JSON.stringify(schema, null, 2)}\n`);
console.log(
  `schema.json: alicloud ${values.version}, ${Object.keys(schema.provider_schemas[source].resource_schemas).length} resources, ` +
    `${Object.keys(schema.provider_schemas[source].data_source_schemas).length} data sources. Next: node generate.mjs`,
);
