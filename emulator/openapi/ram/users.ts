/** RAM users. Source: RAM API reference 2015-05-01, "Users". */
import type { RamUser } from "../../store/access";
import type { RpcContext, RpcOperations } from "../rpc-context";
import {
  alreadyExists,
  deleteConflict,
  limitExceeded,
  nameOf,
  newNumber,
  page,
  textOf,
  timeText,
  userOf,
} from "./find";

const maxUsers = 1000;

const describe = (user: RamUser): object => ({
  UserId: user.userId,
  UserName: user.name,
  DisplayName: user.displayName,
  MobilePhone: user.mobilePhone,
  Email: user.email,
  Comments: user.comments,
  CreateDate: timeText(user.createTime),
  UpdateDate: timeText(user.updateTime),
});

function createUser({ identities: { state }, parameters, now }: RpcContext): object {
  const name = nameOf(parameters, "UserName", 64, "._-");
  if (state.users.has(name)) throw alreadyExists("User", "user");
  if (state.users.size >= maxUsers) throw limitExceeded("User", "users");
  const user: RamUser = {
    userId: newNumber(),
    name,
    displayName: textOf(parameters, "DisplayName", 128) || name,
    mobilePhone: parameters["MobilePhone"] ?? "",
    email: parameters["Email"] ?? "",
    comments: textOf(parameters, "Comments", 128),
    createTime: now,
    updateTime: now,
    policies: new Map(),
    tags: new Map(),
  };
  state.users.set(name, user);
  return { User: describe(user) };
}

function updateUser({ identities: { state }, parameters, now }: RpcContext): object {
  const user = userOf(state, parameters);
  const name = parameters["NewUserName"] ? nameOf(parameters, "NewUserName", 64, "._-") : user.name;
  if (name !== user.name && state.users.has(name)) throw alreadyExists("User", "user");
  state.users.delete(user.name);
  state.users.set(name, user);
  user.name = name;
  user.displayName = parameters["NewDisplayName"] ?? user.displayName;
  user.mobilePhone = parameters["NewMobilePhone"] ?? user.mobilePhone;
  user.email = parameters["NewEmail"] ?? user.email;
  if (parameters["NewComments"] !== undefined) user.comments = textOf(parameters, "NewComments", 128);
  user.updateTime = now;
  return { User: describe(user) };
}

function deleteUser({ identities: { state }, parameters }: RpcContext): object {
  const user = userOf(state, parameters);
  if ([...state.keys.values()].some(({ userId }) => userId === user.userId)) {
    throw deleteConflict("User.AccessKey", "The user CAN NOT has any access key while deleting the user.");
  }
  if (user.policies.size > 0) {
    throw deleteConflict("User.Policy", "The user CAN NOT has any attached policy while deleting the user.");
  }
  state.users.delete(user.name);
  return {};
}

export const users: RpcOperations = {
  CreateUser: createUser,
  GetUser: ({ identities, parameters }) => ({ User: describe(userOf(identities.state, parameters)) }),
  UpdateUser: updateUser,
  DeleteUser: deleteUser,
  ListUsers: ({ identities, parameters }) => {
    const { items, more } = page(parameters, [...identities.state.users.values()]);
    return { Users: { User: items.map(describe) }, ...more };
  },
  // There are no groups, passwords and second factors here: none is attached to any user.
  ListGroupsForUser: ({ identities, parameters }) => {
    userOf(identities.state, parameters);
    return { Groups: { Group: [] } };
  },
};
