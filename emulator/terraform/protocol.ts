/**
 * Terraform's plugin protocol, version 5.x: the messages and calls that this provider answers, no others. gRPC answers
 * UNIMPLEMENTED to the rest, on which Terraform and OpenTofu fall back. Source: "Terraform Plugin Protocol", field numbers of tfplugin5.
 */
import type { MethodDefinition, ServiceDefinition } from "@grpc/grpc-js";
import { type IField, Root, type Type } from "protobufjs/light";
import type { DynamicValue } from "./values";

/** `"type number"`, `"repeated type number"` or `"map type number"` (keys are text). */
type Fields = Readonly<Record<string, string>>;

const messages: Readonly<Record<string, Fields>> = {
  Empty: {},
  DynamicValue: { msgpack: "bytes 1", json: "bytes 2" },
  RawState: { json: "bytes 1", flatmap: "map string 2" },
  Diagnostic: { severity: "int32 1", summary: "string 2", detail: "string 3", attribute: "AttributePath 4" },
  AttributePath: { steps: "repeated Step 1" },
  Step: { attributeName: "string 1" },

  Schema: { version: "int32 1", block: "Block 2" },
  Block: { version: "int32 1", attributes: "repeated Attribute 2", blockTypes: "repeated NestedBlock 3" },
  Attribute: {
    name: "string 1",
    type: "bytes 2",
    required: "bool 4",
    optional: "bool 5",
    computed: "bool 6",
    sensitive: "bool 7",
    deprecated: "bool 9",
  },
  NestedBlock: { typeName: "string 1", block: "Block 2", nesting: "int32 3", minItems: "int32 4", maxItems: "int32 5" },
  ServerCapabilities: { planDestroy: "bool 1", getProviderSchemaOptional: "bool 2" },

  GetSchemaResponse: {
    provider: "Schema 1",
    resourceSchemas: "map Schema 2",
    dataSourceSchemas: "map Schema 3",
    serverCapabilities: "ServerCapabilities 6",
  },
  PrepareRequest: { config: "DynamicValue 1" },
  PrepareResponse: { preparedConfig: "DynamicValue 1", diagnostics: "repeated Diagnostic 2" },
  ValidateRequest: { typeName: "string 1", config: "DynamicValue 2" },
  ValidateResponse: { diagnostics: "repeated Diagnostic 1" },
  UpgradeRequest: { typeName: "string 1", version: "int64 2", rawState: "RawState 3" },
  UpgradeResponse: { upgradedState: "DynamicValue 1", diagnostics: "repeated Diagnostic 2" },
  ConfigureRequest: { terraformVersion: "string 1", config: "DynamicValue 2" },
  ConfigureResponse: { diagnostics: "repeated Diagnostic 1" },
  ReadRequest: { typeName: "string 1", currentState: "DynamicValue 2", private: "bytes 3" },
  ReadResponse: { newState: "DynamicValue 1", diagnostics: "repeated Diagnostic 2", private: "bytes 3" },
  PlanRequest: {
    typeName: "string 1",
    priorState: "DynamicValue 2",
    proposedNewState: "DynamicValue 3",
    config: "DynamicValue 4",
    priorPrivate: "bytes 5",
  },
  PlanResponse: {
    plannedState: "DynamicValue 1",
    requiresReplace: "repeated AttributePath 2",
    plannedPrivate: "bytes 3",
    diagnostics: "repeated Diagnostic 4",
    legacyTypeSystem: "bool 5",
  },
  ApplyRequest: {
    typeName: "string 1",
    priorState: "DynamicValue 2",
    plannedState: "DynamicValue 3",
    config: "DynamicValue 4",
    plannedPrivate: "bytes 5",
  },
  ApplyResponse: {
    newState: "DynamicValue 1",
    private: "bytes 2",
    diagnostics: "repeated Diagnostic 3",
    legacyTypeSystem: "bool 4",
  },
  ImportRequest: { typeName: "string 1", id: "string 2" },
  ImportedResource: { typeName: "string 1", state: "DynamicValue 2", private: "bytes 3" },
  ImportResponse: { importedResources: "repeated ImportedResource 1", diagnostics: "repeated Diagnostic 2" },
  ReadDataRequest: { typeName: "string 1", config: "DynamicValue 2" },
  ReadDataResponse: { state: "DynamicValue 1", diagnostics: "repeated Diagnostic 2" },
  StopResponse: { error: "string 1" },
};

function fieldOf(text: string): IField & { keyType?: string } {
  const words = text.split(" ");
  const id = Number(words.pop());
  const type = words.pop() ?? "";
  if (words[0] === "map") return { keyType: "string", type, id };
  return words[0] === "repeated" ? { rule: "repeated", type, id } : { type, id };
}

const root = Root.fromJSON({
  nested: Object.fromEntries(
    Object.entries(messages).map(([name, fields]) => [
      name,
      { fields: Object.fromEntries(Object.entries(fields).map(([field, text]) => [field, fieldOf(text)])) },
    ]),
  ),
});

export interface Diagnostic {
  /** 1 error, 2 warning. */
  readonly severity: 1 | 2;
  readonly summary: string;
  readonly detail?: string;
  readonly attribute?: AttributePath;
}
export interface AttributePath {
  readonly steps: readonly { readonly attributeName: string }[];
}
export const attributePath = (name: string): AttributePath => ({ steps: [{ attributeName: name }] });

/** The fields of all requests: each message has some of them. */
export interface Request {
  readonly typeName: string;
  readonly id: string;
  readonly config: DynamicValue | null;
  readonly currentState: DynamicValue | null;
  readonly priorState: DynamicValue | null;
  readonly proposedNewState: DynamicValue | null;
  readonly plannedState: DynamicValue | null;
  readonly rawState: { readonly json: Uint8Array } | null;
  readonly private: Uint8Array;
  readonly priorPrivate: Uint8Array;
  readonly plannedPrivate: Uint8Array;
}
export type Reply = { readonly diagnostics?: readonly Diagnostic[] } & Readonly<Record<string, unknown>>;

const method = (path: string, request: string, response: string): MethodDefinition<object, object> => {
  const requestType: Type = root.lookupType(request);
  const responseType: Type = root.lookupType(response);
  const serialize = (type: Type) => (value: object) => Buffer.from(type.encode(type.fromObject(value)).finish());
  const deserialize = (type: Type) => (bytes: Buffer) => type.decode(bytes);
  return {
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: serialize(requestType),
    requestDeserialize: deserialize(requestType),
    responseSerialize: serialize(responseType),
    responseDeserialize: deserialize(responseType),
  };
};

/** Call -> request, response. */
const calls = {
  GetSchema: ["Empty", "GetSchemaResponse"],
  PrepareProviderConfig: ["PrepareRequest", "PrepareResponse"],
  ValidateResourceTypeConfig: ["ValidateRequest", "ValidateResponse"],
  ValidateDataSourceConfig: ["ValidateRequest", "ValidateResponse"],
  UpgradeResourceState: ["UpgradeRequest", "UpgradeResponse"],
  Configure: ["ConfigureRequest", "ConfigureResponse"],
  ReadResource: ["ReadRequest", "ReadResponse"],
  PlanResourceChange: ["PlanRequest", "PlanResponse"],
  ApplyResourceChange: ["ApplyRequest", "ApplyResponse"],
  ImportResourceState: ["ImportRequest", "ImportResponse"],
  ReadDataSource: ["ReadDataRequest", "ReadDataResponse"],
  Stop: ["Empty", "StopResponse"],
} as const;
export type Call = keyof typeof calls;

export const providerService: ServiceDefinition = Object.fromEntries(
  Object.entries(calls).map(([name, [request, response]]) => [
    name,
    method(`/tfplugin5.Provider/${name}`, request, response),
  ]),
);

/** The way in which the host says goodbye; without it each launch would wait two seconds and then kill. */
export const controllerService: ServiceDefinition = {
  Shutdown: method("/plugin.GRPCController/Shutdown", "Empty", "Empty"),
};
