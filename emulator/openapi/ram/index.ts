/** Resource Access Management. Source: RAM API reference 2015-05-01. */
import type { RpcOperations } from "../rpc-context";
import { accessKeys } from "./access-keys";
import { attachments } from "./attachments";
import { policies } from "./policies";
import { roles } from "./roles";
import { tags } from "./tags";
import { users } from "./users";

export const ram: RpcOperations = { ...users, ...accessKeys, ...roles, ...policies, ...attachments, ...tags };
