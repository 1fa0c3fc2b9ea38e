import { writeFileSync } from "node:fs";
import { changes, oneOf, type ResourceKind } from "../kind";
import { textOf, type ValueMap } from "../values";
import { deleting, found, listOf, memberOf, notFoundIn } from "./ram-common";

const ownerOf = (resource: ValueMap): { UserName: string | undefined } => ({
  UserName: textOf(resource["user_name"]) || undefined,
});

export const ramAccessKey: ResourceKind = {
  type: "alicloud_ram_access_key",
  idForm: "access_key_id",
  forceNew: ["user_name", "secret_file", "pgp_key"],
  checks: [
    oneOf("status", ["Active", "Inactive"]),
    ({ pgp_key: key }) =>
      typeof key === "string" && key !== ""
        ? {
            attribute: "pgp_key",
            message:
              "The offline stand-in does not encrypt with OpenPGP: leave pgp_key out here; the secret is then in the state, marked sensitive.",
          }
        : undefined,
  ],

  async create(cloud, planned) {
    const key = memberOf(await cloud.ram("CreateAccessKey", ownerOf(planned)), "AccessKey");
    const id = textOf(found(key, "AccessKeyId"));
    const file = textOf(planned["secret_file"]);
    if (file !== "") writeFileSync(file, JSON.stringify(key, null, "\t"), { mode: 0o600 });
    return { id, told: { secret: found(key, "AccessKeySecret") } };
  },

  async update(cloud, id, planned, prior) {
    const status = textOf(planned["status"]);
    const differs = prior === undefined ? status === "Inactive" : changes("status", planned, prior);
    if (differs) await cloud.ram("UpdateAccessKey", { ...ownerOf(planned), UserAccessKeyId: id, Status: status });
  },

  async read(cloud, id, state) {
    let reply;
    try {
      reply = await cloud.ram("ListAccessKeys", ownerOf(state));
    } catch (error) {
      if (notFoundIn(error)) return undefined;
      throw error;
    }
    const key = listOf(reply, "AccessKeys", "AccessKey").find(({ AccessKeyId }) => AccessKeyId === id);
    return key && { status: found(key, "Status"), create_time: found(key, "CreateDate") };
  },

  async remove(cloud, id, state) {
    await deleting(() => cloud.ram("DeleteAccessKey", { ...ownerOf(state), UserAccessKeyId: id }), [], 0);
  },
};
