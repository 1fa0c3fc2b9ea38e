import type { VSwitch, Vpc } from "../../store/network";
import type { RpcContext } from "../rpc-context";
import { RpcError } from "../rpc-error";

export function vpcWithId({ store, region }: RpcContext, id: string): Vpc {
  const vpc = store.vpcs.get(id);
  if (vpc?.region === region) return vpc;
  throw new RpcError(404, "InvalidVpcId.NotFound", `The specified VpcId does not exist: ${id}`);
}

export function vswitchWithId({ store, region }: RpcContext, id: string): VSwitch {
  const vswitch = store.vswitches.get(id);
  if (vswitch?.region === region) return vswitch;
  throw new RpcError(404, "InvalidVSwitchId.NotFound", `The specified VSwitchId does not exist: ${id}`);
}
