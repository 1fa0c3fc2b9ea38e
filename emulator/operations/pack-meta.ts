import type { ArrivedAt } from "../search";

/** `0|{base64 of the group's number}|{unused}|{the log's number in its group}`: opaque to clients, who only hand it back. */
export const packMetaOf = ({ order, inGroup }: ArrivedAt): string =>
  `0|${Buffer.from(String(order)).toString("base64")}|0|${inGroup}`;

export function arrivedAt(packMeta: string): ArrivedAt | undefined {
  const [, group = "", , log = ""] = packMeta.split("|");
  const order = Buffer.from(group, "base64").toString("latin1");
  if (!/^\d{1,15}$/.test(order) || !/^\d{1,9}$/.test(log)) return undefined;
  return { order: Number(order), inGroup: Number(log) };
}
