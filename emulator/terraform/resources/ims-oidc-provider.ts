import { between, changes, type ResourceKind } from "../kind";
import { isZero, textOf, textsOf, type Value } from "../values";
import { deleting, found, memberOf, notFoundIn } from "./ram-common";

const joined = (list: Value | undefined): string | undefined => textsOf(list).join(",") || undefined;
const split = (text: Value): string[] => textOf(text).split(",").filter(Boolean);

export const imsOidcProvider: ResourceKind = {
  type: "alicloud_ims_oidc_provider",
  idForm: "oidc_provider_name",
  forceNew: ["issuer_url", "oidc_provider_name"],
  checks: [between("issuance_limit_time", 1, 168)],

  async create(cloud, planned) {
    const OIDCProviderName = textOf(planned["oidc_provider_name"]);
    const hours = planned["issuance_limit_time"];
    await cloud.ims("CreateOIDCProvider", {
      OIDCProviderName,
      IssuerUrl: textOf(planned["issuer_url"]),
      Description: textOf(planned["description"]) || undefined,
      IssuanceLimitTime: isZero(hours) ? undefined : String(hours),
      ClientIds: joined(planned["client_ids"]),
      Fingerprints: joined(planned["fingerprints"]),
    });
    return OIDCProviderName;
  },

  async update(cloud, id, planned, prior) {
    if (prior === undefined) return;
    const OIDCProviderName = id;
    const wanted = {
      ...(changes("description", planned, prior) ? { NewDescription: textOf(planned["description"]) } : {}),
      ...(changes("issuance_limit_time", planned, prior)
        ? { IssuanceLimitTime: String(planned["issuance_limit_time"]) }
        : {}),
      ...(changes("client_ids", planned, prior) ? { ClientIds: joined(planned["client_ids"]) ?? "" } : {}),
    };
    if (Object.keys(wanted).length > 0) await cloud.ims("UpdateOIDCProvider", { OIDCProviderName, ...wanted });
    const [before, after] = [textsOf(prior["fingerprints"]), textsOf(planned["fingerprints"])];
    for (const Fingerprint of after.filter((one) => !before.includes(one))) {
      await cloud.ims("AddFingerprintToOIDCProvider", { OIDCProviderName, Fingerprint });
    }
    for (const Fingerprint of before.filter((one) => !after.includes(one))) {
      await cloud.ims("RemoveFingerprintFromOIDCProvider", { OIDCProviderName, Fingerprint });
    }
  },

  async read(cloud, id) {
    try {
      const provider = memberOf(await cloud.ims("GetOIDCProvider", { OIDCProviderName: id }), "OIDCProvider");
      return {
        arn: found(provider, "Arn"),
        oidc_provider_name: found(provider, "OIDCProviderName"),
        issuer_url: found(provider, "IssuerUrl"),
        description: found(provider, "Description"),
        issuance_limit_time: found(provider, "IssuanceLimitTime"),
        create_time: found(provider, "CreateDate"),
        client_ids: split(found(provider, "ClientIds")),
        fingerprints: split(found(provider, "Fingerprints")),
      };
    } catch (error) {
      if (notFoundIn(error)) return undefined;
      throw error;
    }
  },

  async remove(cloud, id) {
    await deleting(() => cloud.ims("DeleteOIDCProvider", { OIDCProviderName: id }), [], 0);
  },
};
