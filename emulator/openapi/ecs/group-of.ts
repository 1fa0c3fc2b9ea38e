/** What the operations on security groups and on their rules share. */
import type { SecurityGroup } from "../../store/security-group";
import { RpcError } from "../rpc-error";
import type { RpcContext } from "../rpc-context";

export function groupOf({ store, parameters, region }: RpcContext): SecurityGroup {
  const id = parameters["SecurityGroupId"] ?? "";
  const group = store.securityGroups.get(id);
  if (group?.region === region) return group;
  throw new RpcError(404, "InvalidSecurityGroupId.NotFound", `The specified SecurityGroupId does not exist: ${id}`);
}
