import type { Operation } from "../sls/context";

/** Whether the account has the service: here it always has. Source: SLS API reference, GetSlsService. */
export const slsServiceOperations: readonly Operation[] = [
  { name: "OpenSlsService", method: "POST", path: "/slsservice", scope: "account", handle: () => ({}) },
  {
    name: "GetSlsService",
    method: "GET",
    path: "/slsservice",
    scope: "account",
    handle: () => ({ json: { enabled: true, status: "Opened" } }),
  },
];
