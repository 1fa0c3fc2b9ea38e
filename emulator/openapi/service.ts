import { requestFacts } from "../access/facts";
import type { JwksSource } from "../access/jwks";
import type { Identities, Principal } from "../access/principal";
import type { GatewayReply, GatewayRequest } from "../gateway/gateway";
import type { OpenApiProduct } from "../gateway/hosts";
import type { Store } from "../store/store";
import { checkAccess, neededAccess } from "./access";
import { isAcs3, verifyAcs3 } from "./acs3";
import { business } from "./business";
import { ecs } from "./ecs";
import { ims } from "./ims";
import { location } from "./location";
import { ram } from "./ram";
import { parametersOf, rpcReply, verifyRpc } from "./rpc";
import type { RpcOperations } from "./rpc-context";
import { RpcError } from "./rpc-error";
import { sts } from "./sts";
import { vpc } from "./vpc";

const products: Readonly<Record<OpenApiProduct, RpcOperations>> = { ecs, vpc, ram, ims, sts, location, business };

/** Signed by nobody: the token that they bring is what proves. */
const unsigned: readonly string[] = ["AssumeRoleWithOIDC"];

export interface RpcAnswer {
  readonly reply: GatewayReply;
  readonly operation: string;
  readonly errorCode: string | undefined;
  /** Whether the local cloud does not serve the action. */
  readonly unsupported: boolean;
}

export interface RpcServiceOptions {
  readonly store: Store;
  readonly identities: Identities;
  readonly jwks: JwksSource;
  readonly now: Date;
  readonly region: string;
}

export async function answerRpc(
  request: GatewayRequest,
  product: OpenApiProduct,
  options: RpcServiceOptions,
): Promise<RpcAnswer> {
  const parameters = parametersOf(request);
  const action = parameters["Action"] || request.headers["x-acs-action"] || "-";
  const { store, identities, jwks, now } = options;
  const operation = Object.hasOwn(products[product], action) ? products[product][action] : undefined;
  const unsupported = operation === undefined;
  try {
    let principal: Principal | undefined;
    if (product !== "sts" || !unsigned.includes(action)) {
      principal = isAcs3(request)
        ? verifyAcs3(request, identities, now)
        : verifyRpc(request.method, parameters, identities, now);
    }
    if (operation === undefined) {
      throw new RpcError(404, "InvalidAction.NotFound", `the local cloud does not serve ${product} ${action} yet`);
    }
    const region = parameters["RegionId"] || options.region;
    const facts = requestFacts(request, now);
    if (principal !== undefined) {
      const needed = neededAccess(product, action, region, identities.state, parameters);
      checkAccess(identities.state, principal, product, needed, facts);
    }
    const json = await operation({ store, now, region, parameters, principal, identities, facts, jwks });
    return { reply: rpcReply(200, json, now), operation: action, errorCode: undefined, unsupported };
  } catch (error) {
    const known =
      error instanceof RpcError
        ? error
        : new RpcError(500, "InternalError", `the local cloud failed: ${String(error)}`);
    const json = { Code: known.code, Message: known.message, HostId: request.host, ...known.detail };
    return { reply: rpcReply(known.status, json, now), operation: action, errorCode: known.code, unsupported };
  }
}
