/** OIDC identity providers. Source: IMS API reference 2019-08-15, "OIDC IdP". */
import { arnOf } from "../access/principal";
import type { AccessState, OidcProvider } from "../store/access";
import { alreadyExists, limitExceeded, nameOf, notExist, page, required, textOf, timeText } from "./ram/find";
import type { RpcParameters } from "./rpc";
import { RpcError } from "./rpc-error";
import type { RpcContext, RpcOperations } from "./rpc-context";

const maxProviders = 100;
const maxClientIds = 50;
const maxFingerprints = 5;

const describe = (provider: OidcProvider): object => ({
  OIDCProviderName: provider.name,
  Arn: arnOf.oidcProvider(provider.name),
  IssuerUrl: provider.issuerUrl,
  ClientIds: [...provider.clientIds].join(","),
  Fingerprints: [...provider.fingerprints].join(","),
  Description: provider.description,
  IssuanceLimitTime: provider.issuanceLimitTime,
  CreateDate: timeText(provider.createTime),
  UpdateDate: timeText(provider.updateTime),
  GmtCreate: String(provider.createTime.getTime()),
  GmtModified: String(provider.updateTime.getTime()),
});

function providerOf(state: AccessState, parameters: RpcParameters): OidcProvider {
  const provider = state.oidcProviders.get(required(parameters, "OIDCProviderName"));
  if (provider === undefined) throw notExist("OIDCProvider", "OIDC provider");
  return provider;
}

const split = (text: string | undefined): string[] => (text ?? "").split(",").filter((part) => part !== "");

function clientIdsOf(text: string | undefined): string[] {
  const ids = split(text);
  if (ids.length > maxClientIds) throw limitExceeded("OIDCProvider.ClientId", "client ids");
  return ids;
}

/** Hours. */
function limitTime(parameters: RpcParameters, missing: number): number {
  const hours = Number(parameters["IssuanceLimitTime"] || missing);
  if (Number.isInteger(hours) && hours >= 1 && hours <= 168) return hours;
  throw new RpcError(
    400,
    "InvalidParameter.IssuanceLimitTime",
    `IssuanceLimitTime must be 1 to 168 hours, got ${hours}`,
  );
}

/** As the service: https. An issuer on this machine may do without, for tests. */
function issuerOf(parameters: RpcParameters): string {
  const url = required(parameters, "IssuerUrl");
  const isLocal = /^http:\/\/(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?(\/|$)/.test(url);
  if ((url.startsWith("https://") || isLocal) && URL.canParse(url) && url.length <= 255) return url;
  throw new RpcError(
    400,
    "InvalidParameter.IssuerUrl",
    `IssuerUrl must be an https URL of at most 255 characters, got ${url}`,
  );
}

function createOidcProvider({ identities: { state }, parameters, now }: RpcContext): object {
  const name = nameOf(parameters, "OIDCProviderName", 128, "._-");
  const issuerUrl = issuerOf(parameters);
  if (state.oidcProviders.has(name)) throw alreadyExists("OIDCProvider", "OIDC provider");
  if (state.oidcProviders.size >= maxProviders) throw limitExceeded("OIDCProvider", "OIDC providers");
  const fingerprints = split(parameters["Fingerprints"]);
  if (fingerprints.length > maxFingerprints) throw limitExceeded("OIDCProvider.Fingerprint", "fingerprints");
  const provider: OidcProvider = {
    name,
    issuerUrl,
    description: textOf(parameters, "Description", 256),
    fingerprints: new Set(fingerprints),
    clientIds: new Set(clientIdsOf(parameters["ClientIds"])),
    issuanceLimitTime: limitTime(parameters, 12),
    createTime: now,
    updateTime: now,
  };
  state.oidcProviders.set(name, provider);
  return { OIDCProvider: describe(provider) };
}

function updateOidcProvider({ identities: { state }, parameters, now }: RpcContext): object {
  const provider = providerOf(state, parameters);
  provider.issuanceLimitTime = limitTime(parameters, provider.issuanceLimitTime);
  if (parameters["NewDescription"] !== undefined) provider.description = textOf(parameters, "NewDescription", 256);
  if (parameters["ClientIds"] !== undefined) {
    const ids = clientIdsOf(parameters["ClientIds"]);
    provider.clientIds.clear();
    for (const id of ids) provider.clientIds.add(id);
  }
  provider.updateTime = now;
  return { OIDCProvider: describe(provider) };
}

/** Adds to or takes from one of the provider's sets. */
const change =
  (parameter: "ClientId" | "Fingerprint", how: "add" | "delete", max: number) =>
  ({ identities: { state }, parameters, now }: RpcContext): object => {
    const provider = providerOf(state, parameters);
    const set = parameter === "ClientId" ? provider.clientIds : provider.fingerprints;
    const value = required(parameters, parameter);
    if (how === "delete" && !set.has(value)) throw notExist(`OIDCProvider.${parameter}`, parameter);
    if (how === "add" && !set.has(value) && set.size >= max)
      throw limitExceeded(`OIDCProvider.${parameter}`, parameter);
    set[how](value);
    provider.updateTime = now;
    return { OIDCProvider: describe(provider) };
  };

export const ims: RpcOperations = {
  CreateOIDCProvider: createOidcProvider,
  GetOIDCProvider: ({ identities, parameters }) => ({
    OIDCProvider: describe(providerOf(identities.state, parameters)),
  }),
  UpdateOIDCProvider: updateOidcProvider,
  DeleteOIDCProvider: ({ identities, parameters }) => {
    identities.state.oidcProviders.delete(providerOf(identities.state, parameters).name);
    return {};
  },
  ListOIDCProviders: ({ identities, parameters }) => {
    const { items, more } = page(parameters, [...identities.state.oidcProviders.values()]);
    return { OIDCProviders: { OIDCProvider: items.map(describe) }, ...more };
  },
  AddClientIdToOIDCProvider: change("ClientId", "add", maxClientIds),
  RemoveClientIdFromOIDCProvider: change("ClientId", "delete", maxClientIds),
  AddFingerprintToOIDCProvider: change("Fingerprint", "add", maxFingerprints),
  RemoveFingerprintFromOIDCProvider: change("Fingerprint", "delete", maxFingerprints),
};
