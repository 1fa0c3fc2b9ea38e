import type { RpcOperations } from "./rpc-context";

/** The provider asks it at each start to tell a domestic account from an international one: an answer means domestic. */
export const business: RpcOperations = {
  QueryAvailableInstances: () => ({
    Code: "Success",
    Success: true,
    Message: "Successful!",
    Data: { PageNum: 1, PageSize: 1, TotalCount: 0, InstanceList: [] },
  }),
};
