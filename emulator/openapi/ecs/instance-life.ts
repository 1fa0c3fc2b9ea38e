/** What becomes of instances. Source: ECS API reference 2014-05-26, "Instances". They start and stop at once. */
import { newId, timeText, required } from "../parameters";
import type { RpcOperations } from "../rpc-context";
import { RpcError } from "../rpc-error";
import { groupOf } from "./group-of";
import { instanceOf } from "./instance-with-id";

const wrongStatus = (status: string): RpcError =>
  new RpcError(
    403,
    "IncorrectInstanceStatus",
    `The current status of the resource does not support this operation: ${status}.`,
  );

export const instanceLife: RpcOperations = {
  ModifyInstanceAttribute: (context) => {
    const { parameters } = context;
    const instance = instanceOf(context);
    instance.name = parameters["InstanceName"] ?? instance.name;
    instance.description = parameters["Description"] ?? instance.description;
    instance.hostName = parameters["HostName"] ?? instance.hostName;
    instance.userData = parameters["UserData"] ?? instance.userData;
    const { DeletionProtection } = parameters;
    if (DeletionProtection !== undefined) instance.deletionProtection = DeletionProtection === "true";
    return {};
  },
  StopInstance: (context) => {
    const instance = instanceOf(context);
    if (instance.status !== "Running") throw wrongStatus(instance.status);
    instance.status = "Stopped";
    return {};
  },
  StartInstance: (context) => {
    const instance = instanceOf(context);
    if (instance.status !== "Stopped") throw wrongStatus(instance.status);
    instance.status = "Running";
    instance.startTime = timeText(context.now);
    return {};
  },
  RebootInstance: (context) => {
    const instance = instanceOf(context);
    if (instance.status !== "Running") throw wrongStatus(instance.status);
    instance.startTime = timeText(context.now);
    return {};
  },
  // A new disk from another image: all that the old one held is gone.
  ReplaceSystemDisk: (context) => {
    const instance = instanceOf(context);
    const imageId = required(context.parameters, "ImageId");
    if (instance.status !== "Stopped") throw wrongStatus(instance.status);
    instance.imageId = imageId;
    const size = Number(context.parameters["SystemDisk.Size"] ?? instance.disk.size);
    instance.disk = { ...instance.disk, id: newId("d"), size };
    return { DiskId: instance.disk.id };
  },
  JoinSecurityGroup: (context) => {
    const [group, instance] = [groupOf(context), instanceOf(context)];
    if (group.vpcId !== instance.vpcId)
      throw new RpcError(403, "InvalidInstanceId.VPCMismatch", `${group.id} is not in the instance's VPC.`);
    instance.securityGroupIds.add(group.id);
    return {};
  },
  LeaveSecurityGroup: (context) => {
    const [group, instance] = [groupOf(context), instanceOf(context)];
    if (instance.securityGroupIds.size === 1 && instance.securityGroupIds.has(group.id))
      throw new RpcError(403, "InstanceLastSecurityGroup", "An instance must be in one security group at least.");
    instance.securityGroupIds.delete(group.id);
    return {};
  },
  DeleteInstance: (context) => {
    const instance = instanceOf(context);
    if (instance.deletionProtection)
      throw new RpcError(403, "InvalidOperation.DeletionProtection", `${instance.id} is protected from deletion.`);
    if (instance.status === "Running" && context.parameters["Force"] !== "true") throw wrongStatus(instance.status);
    context.store.instances.delete(instance.id);
    context.identities.state.instanceRoles.delete(instance.id);
    return {};
  },
};
