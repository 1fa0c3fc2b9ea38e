import type { Store } from "../store/store";
import type { RpcParameters } from "./rpc";

/** What an operation gets; it gives the reply's JSON. */
export interface RpcContext {
  readonly store: Store;
  readonly now: Date;
  readonly region: string;
  readonly parameters: RpcParameters;
}

export type RpcOperations = Readonly<Record<string, (context: RpcContext) => object>>;
