import type { RpcOperations } from "../rpc-context";
import { groupOf } from "./group-of";
import { instanceWithId } from "./instance-with-id";

export const resourceGroups: RpcOperations = {
  JoinResourceGroup: (context) => {
    const { ResourceId: id = "", ResourceGroupId = "", ResourceType = "" } = context.parameters;
    const found =
      ResourceType.toLowerCase() === "instance"
        ? instanceWithId(context, id)
        : groupOf({ ...context, parameters: { SecurityGroupId: id } });
    found.resourceGroupId = ResourceGroupId;
    return {};
  },
};
