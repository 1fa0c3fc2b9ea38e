/** The metadata service on an address of its own, for clients that cannot be told of a proxy. */
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import type { GatewayReply } from "../gateway/gateway";
import type { MetadataRequest } from "./service";

export interface MetadataListener {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  close(): Promise<void>;
}

/** The address that machines in the cloud know it by: to be had on this machine with `ip addr add 100.100.100.200/32 dev lo`. */
export const metadataAddress = "100.100.100.200";

export async function listenForMetadata(
  port: number,
  host: string,
  answer: (request: MetadataRequest) => GatewayReply,
): Promise<MetadataListener> {
  const server = http.createServer((request, response) => {
    request.resume();
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const {
      status,
      headers: given,
      body,
    } = answer({ method: request.method ?? "GET", url: request.url ?? "/", headers });
    response.writeHead(status, { ...given, "content-length": body.length });
    response.end(request.method === "HEAD" ? undefined : body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const address = `${host.includes(":") ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${address}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
