/** Virtual Private Cloud, as much of it as an instance needs. Source: VPC API reference 2016-04-28. */
import type { RpcOperations } from "../rpc-context";
import { tagging } from "../tagging";
import { vpcs } from "./vpcs";
import { vswitches } from "./vswitches";

export const vpc: RpcOperations = {
  ...vpcs,
  ...vswitches,
  ...tagging({ vpc: ({ store }) => store.vpcs, vswitch: ({ store }) => store.vswitches }),
};
