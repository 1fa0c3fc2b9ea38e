import type { Credentials } from "../../sls/wire/request";
import type { GatewayReply, GatewayRequest } from "../gateway/gateway";
import type { Store } from "../store/store";
import { business } from "./business";
import { ecs } from "./ecs";
import { location } from "./location";
import { isAcs3, verifyAcs3 } from "./acs3";
import { parametersOf, rpcReply, verifyRpc } from "./rpc";
import type { RpcOperations } from "./rpc-context";
import { RpcError } from "./rpc-error";
import { sts } from "./sts";

const products: Readonly<Record<"ecs" | "location" | "business" | "sts", RpcOperations>> = {
  ecs,
  location,
  business,
  sts,
};

export interface RpcAnswer {
  readonly reply: GatewayReply;
  readonly operation: string;
  readonly errorCode: string | undefined;
  /** Whether the local cloud does not serve the action. */
  readonly unsupported: boolean;
}

export function answerRpc(
  request: GatewayRequest,
  product: keyof typeof products,
  options: {
    readonly store: Store;
    readonly keys: ReadonlyMap<string, Credentials>;
    readonly now: Date;
    readonly region: string;
  },
): RpcAnswer {
  const parameters = parametersOf(request);
  const action = parameters["Action"] || request.headers["x-acs-action"] || "-";
  const { store, keys, now } = options;
  const operation = Object.hasOwn(products[product], action) ? products[product][action] : undefined;
  const unsupported = operation === undefined;
  try {
    if (isAcs3(request)) verifyAcs3(request, keys, now);
    else verifyRpc(request.method, parameters, keys, now);
    if (operation === undefined) {
      throw new RpcError(404, "InvalidAction.NotFound", `the local cloud does not serve ${product} ${action} yet`);
    }
    const region = parameters["RegionId"] || options.region;
    const json = operation({ store, now, region, parameters });
    return { reply: rpcReply(200, json, now), operation: action, errorCode: undefined, unsupported };
  } catch (error) {
    const known =
      error instanceof RpcError
        ? error
        : new RpcError(500, "InternalError", `the local cloud failed: ${String(error)}`);
    const json = { Code: known.code, Message: known.message, HostId: request.host };
    return { reply: rpcReply(known.status, json, now), operation: action, errorCode: known.code, unsupported };
  }
}
