import type { Cloud } from "../cloud";
import { changes, type ResourceKind } from "../kind";
import { textOf, type ValueMap } from "../values";
import { deleting, found, listOf, memberOf, notFoundIn } from "./ram-common";

type Json = Readonly<Record<string, unknown>>;

/** Argument -> member of the service's object. */
const members = { display_name: "DisplayName", mobile: "MobilePhone", email: "Email", comments: "Comments" } as const;

/** By id, or by name: ids were names once, and names are what one imports by. */
async function find(cloud: Cloud, id: string): Promise<Json | undefined> {
  for (let Marker: string | undefined; ;) {
    const reply = await cloud.ram("ListUsers", { MaxItems: "100", Marker });
    const user = listOf(reply, "Users", "User").find(({ UserId, UserName }) => UserId === id || UserName === id);
    if (user !== undefined) {
      return memberOf(await cloud.ram("GetUser", { UserName: textOf(found(user, "UserName")) }), "User");
    }
    if (reply["IsTruncated"] !== true) return undefined;
    Marker = textOf(found(reply, "Marker"));
  }
}

/** Takes away what holds the user: keys and policies. */
async function loosen(cloud: Cloud, UserName: string): Promise<void> {
  const keys = listOf(await cloud.ram("ListAccessKeys", { UserName }), "AccessKeys", "AccessKey");
  for (const key of keys) {
    await cloud.ram("DeleteAccessKey", { UserName, UserAccessKeyId: textOf(found(key, "AccessKeyId")) });
  }
  const policies = listOf(await cloud.ram("ListPoliciesForUser", { UserName }), "Policies", "Policy");
  for (const policy of policies) {
    const named = { PolicyName: textOf(found(policy, "PolicyName")), PolicyType: textOf(found(policy, "PolicyType")) };
    await cloud.ram("DetachPolicyFromUser", { UserName, ...named });
  }
}

export const ramUser: ResourceKind = {
  type: "alicloud_ram_user",
  idForm: "user_id",
  forceNew: [],
  checks: [
    ({ comments }) =>
      typeof comments === "string" && comments.length > 128
        ? { attribute: "comments", message: `comments must have at most 128 characters, got ${comments.length}.` }
        : undefined,
  ],

  async create(cloud, planned) {
    const given = Object.entries(members).map(([name, member]) => [member, textOf(planned[name]) || undefined]);
    const parameters = Object.fromEntries(given) as Record<string, string | undefined>;
    const reply = await cloud.ram("CreateUser", { UserName: textOf(planned["name"]), ...parameters });
    return textOf(found(memberOf(reply, "User"), "UserId"));
  },

  async update(cloud, _id, planned, prior) {
    if (prior === undefined) return;
    const changed = Object.entries(members).filter(([name]) => changes(name, planned, prior));
    if (changed.length === 0 && !changes("name", planned, prior)) return;
    const wanted = Object.fromEntries(changed.map(([name, member]) => [`New${member}`, textOf(planned[name])]));
    const names = { UserName: textOf(prior["name"]), NewUserName: textOf(planned["name"]) };
    await cloud.ram("UpdateUser", { ...names, ...wanted });
  },

  async read(cloud, id, state): Promise<ValueMap | undefined> {
    const user = await find(cloud, id);
    if (user === undefined) return undefined;
    const read = Object.entries(members).map(([name, member]) => [name, found(user, member)] as const);
    const all: ValueMap = { id: found(user, "UserId"), name: found(user, "UserName"), ...Object.fromEntries(read) };
    // The service shows the name where none was given to be shown.
    const { display_name: shown, ...rest } = all;
    return shown === all["name"] && !textOf(state["display_name"]) ? rest : all;
  },

  async remove(cloud, id, state) {
    const UserName = textOf(state["name"]);
    try {
      if (state["force"] === true) await loosen(cloud, UserName);
    } catch (error) {
      if (notFoundIn(error)) return;
      throw error;
    }
    if ((await find(cloud, id)) !== undefined) await deleting(() => cloud.ram("DeleteUser", { UserName }), [], 0);
  },
};
