import type { Facts } from "../access/conditions";
import type { Identities, Principal } from "../access/principal";
import type { JwksSource } from "../access/jwks";
import type { Store } from "../store/store";
import type { RpcParameters } from "./rpc";

/** What an operation gets; it gives the reply's JSON. */
export interface RpcContext {
  readonly store: Store;
  readonly now: Date;
  readonly region: string;
  readonly parameters: RpcParameters;
  /** Who asks; undefined for operations that need no signature. */
  readonly principal: Principal | undefined;
  readonly identities: Identities;
  /** What conditions may ask about the request. */
  readonly facts: Facts;
  /** Keys of OIDC issuers. */
  readonly jwks: JwksSource;
}

export type RpcOperation = (context: RpcContext) => object | Promise<object>;
export type RpcOperations = Readonly<Record<string, RpcOperation>>;
