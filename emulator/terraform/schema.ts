/** The provider's interface, from the file that the bindings are generated from. */
import { readFileSync } from "node:fs";

/** `"string"`, `["map", "string"]`, `["list", ["object", {…}]]`: Terraform's JSON form. */
export type AttributeType = string | readonly [string, unknown];

export interface Attribute {
  readonly type: AttributeType;
  readonly required?: boolean;
  readonly optional?: boolean;
  readonly computed?: boolean;
  readonly sensitive?: boolean;
  readonly deprecated?: boolean;
}
export interface NestedBlock {
  readonly nesting_mode: "single" | "list" | "set" | "map";
  readonly block: Block;
  readonly min_items?: number;
  readonly max_items?: number;
}
export interface Block {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly block_types?: Readonly<Record<string, NestedBlock>>;
}
export interface Schema {
  readonly version: number;
  readonly block: Block;
}
export interface ProviderSchema {
  readonly provider: Schema;
  readonly resource_schemas: Readonly<Record<string, Schema>>;
  readonly data_source_schemas: Readonly<Record<string, Schema>>;
}

export const providerVersion = "1.285.0";
/** Both hosts under which a configuration may mean this provider: Terraform's and OpenTofu's. */
export const providerAddresses = ["registry.terraform.io", "registry.opentofu.org"].map(
  (host) => `${host}/aliyun/alicloud`,
);

export function loadSchema(): ProviderSchema {
  const file = require.resolve("@cdktf/provider-alicloud/schema.json");
  const { provider_schemas } = JSON.parse(readFileSync(file, "utf8")) as {
    provider_schemas: Record<string, ProviderSchema>;
  };
  const schema = Object.values(provider_schemas)[0];
  if (schema === undefined) throw new Error(`${file} holds no provider; write it anew with refresh-schema.mjs`);
  return schema;
}

const nestingNumbers = { single: 1, list: 2, set: 3, map: 4 } as const;

function blockMessage(block: Block): object {
  return {
    attributes: Object.entries(block.attributes ?? {}).map(([name, { type, ...flags }]) => ({
      name,
      type: Buffer.from(JSON.stringify(type)),
      ...flags,
    })),
    blockTypes: Object.entries(block.block_types ?? {}).map(([typeName, nested]) => ({
      typeName,
      block: blockMessage(nested.block),
      nesting: nestingNumbers[nested.nesting_mode],
      minItems: nested.min_items ?? 0,
      maxItems: nested.max_items ?? 0,
    })),
  };
}

/** The schema as the protocol sends it. */
export const schemaMessage = ({ version, block }: Schema): object => ({ version, block: blockMessage(block) });
export const schemaMessages = (schemas: Readonly<Record<string, Schema>>): object =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, schemaMessage(schema)]));

export const isSetType = (type: AttributeType): boolean => Array.isArray(type) && type[0] === "set";
export const isPrimitive = (type: AttributeType): boolean => typeof type === "string";
