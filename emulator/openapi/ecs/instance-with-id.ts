import type { Instance } from "../../store/instance";
import { jsonListOf } from "../parameters";
import type { RpcContext } from "../rpc-context";
import { RpcError } from "../rpc-error";

export function instanceWithId({ store, region }: RpcContext, id: string): Instance {
  const instance = store.instances.get(id);
  if (instance?.region === region) return instance;
  throw new RpcError(404, "InvalidInstanceId.NotFound", `The specified InstanceId does not exist: ${id}`);
}

/** What `InstanceId` names. */
export const instanceOf = (context: RpcContext): Instance =>
  instanceWithId(context, context.parameters["InstanceId"] ?? "");

/** Those that `InstanceIds` (a JSON list) or `InstanceId` names, or all; of this region. */
export function instancesFound({ store, parameters, region }: RpcContext): Instance[] {
  const ids =
    jsonListOf(parameters, "InstanceIds") ?? (parameters["InstanceId"] ? [parameters["InstanceId"]] : undefined);
  return [...store.instances.values()].filter(
    (instance) => instance.region === region && (ids === undefined || ids.includes(instance.id)),
  );
}
