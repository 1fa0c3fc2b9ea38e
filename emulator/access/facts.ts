import type { GatewayRequest } from "../gateway/gateway";
import type { Facts } from "./conditions";

/** What conditions may ask about any request. Source: RAM user guide, "Common condition keys". */
export function requestFacts({ headers, peer, secure }: GatewayRequest, now: Date): Facts {
  return {
    "acs:SourceIp": peer,
    "acs:SecureTransport": String(secure),
    "acs:CurrentTime": now.toISOString(),
    "acs:UserAgent": headers["user-agent"] ?? "",
  };
}
