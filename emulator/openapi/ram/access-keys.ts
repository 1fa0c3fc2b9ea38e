/** Access keys of RAM users. Source: RAM API reference 2015-05-01, "AccessKey pairs". */
import { randomBytes } from "node:crypto";
import type { AccessKey, RamUser } from "../../store/access";
import { RpcError } from "../rpc-error";
import type { RpcContext, RpcOperations } from "../rpc-context";
import { limitExceeded, notExist, required, timeText, userOf } from "./find";

const maxKeys = 2;

/** The user that is named, or else the one who asks. */
function ownerOf({ identities: { state }, parameters, principal }: RpcContext): RamUser {
  if (parameters["UserName"]) return userOf(state, parameters);
  if (principal?.type === "user") return principal.user;
  throw new RpcError(
    400,
    "InvalidParameter.UserName",
    "UserName must be given: the local cloud's own key is not managed here.",
  );
}

const keysOf = ({ identities: { state } }: RpcContext, { userId }: RamUser): AccessKey[] =>
  [...state.keys.values()].filter((key) => key.userId === userId);

function keyOf(context: RpcContext): AccessKey {
  const id = required(context.parameters, "UserAccessKeyId");
  const key = keysOf(context, ownerOf(context)).find((one) => one.id === id);
  if (key === undefined) throw notExist("User.AccessKey", "user access key");
  return key;
}

const describe = (key: AccessKey): object => ({
  AccessKeyId: key.id,
  Status: key.status,
  CreateDate: timeText(key.createTime),
});

function createAccessKey(context: RpcContext): object {
  const user = ownerOf(context);
  if (keysOf(context, user).length >= maxKeys) {
    throw limitExceeded("User.AccessKey", "the user access keys");
  }
  const key: AccessKey = {
    id: `LTAILOCAL${randomBytes(8).toString("hex")}`,
    secret: randomBytes(20).toString("hex"),
    userId: user.userId,
    status: "Active",
    createTime: context.now,
  };
  context.identities.state.keys.set(key.id, key);
  // The only time that the secret is told.
  return { AccessKey: { ...describe(key), AccessKeySecret: key.secret } };
}

export const accessKeys: RpcOperations = {
  CreateAccessKey: createAccessKey,
  ListAccessKeys: (context) => ({
    AccessKeys: { AccessKey: keysOf(context, ownerOf(context)).map(describe) },
  }),
  UpdateAccessKey: (context) => {
    const key = keyOf(context);
    const status = required(context.parameters, "Status");
    if (status !== "Active" && status !== "Inactive") {
      throw new RpcError(400, "InvalidParameter.Status", `Status must be Active or Inactive, got ${status}`);
    }
    key.status = status;
    return {};
  },
  DeleteAccessKey: (context) => {
    context.identities.state.keys.delete(keyOf(context).id);
    return {};
  },
};
