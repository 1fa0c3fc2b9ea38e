import type { RpcOperations } from "./rpc-context";

/** Hosts by the product code that clients ask for; any other is `{code}.{region}.aliyuncs.com`. */
function hostOf(code: string, region: string): string {
  if (code === "sls" || code === "log") return `${region}.log.aliyuncs.com`;
  return code === "ram" || code === "ims" ? `${code}.aliyuncs.com` : `${code}.${region}.aliyuncs.com`;
}

export const location: RpcOperations = {
  DescribeEndpoints: ({ parameters }) => {
    const region = parameters["Id"] ?? "";
    const code = (parameters["ServiceCode"] ?? "").toLowerCase();
    const endpoint = {
      Protocols: { Protocols: ["HTTP", "HTTPS"] },
      Type: parameters["Type"] ?? "openAPI",
      Namespace: "",
      Id: region,
      SerivceCode: code,
      Endpoint: hostOf(code, region),
    };
    return { Success: true, Endpoints: { Endpoint: [endpoint] } };
  },
};
