import type { GatewayRequest } from "../gateway/gateway";
import type { Facts } from "./conditions";

/** What conditions may ask about any request. Source: RAM user guide, "Common condition keys". */
export function requestFacts({ headers, remoteAddress = "", secure = false }: GatewayRequest, now: Date): Facts {
  return {
    "acs:SourceIp": remoteAddress,
    "acs:SecureTransport": String(secure),
    "acs:CurrentTime": now.toISOString(),
    "acs:UserAgent": headers["user-agent"] ?? "",
  };
}
