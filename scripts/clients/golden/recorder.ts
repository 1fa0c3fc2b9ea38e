/** A forward proxy that writes down what passes, and hands it to the local cloud. */
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import type { RecordedRequest } from "./recording";

export interface Recorder {
  readonly port: number;
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  close(): Promise<void>;
}

export async function startRecorder(cloudPort: number): Promise<Recorder> {
  const requests: RecordedRequest[] = [];
  const server = http.createServer((request, response) => {
    pass(request, response, cloudPort).then(
      (recorded) => requests.push(recorded),
      (error: Error) => response.writeHead(502).end(error.message),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function pass(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  cloudPort: number,
): Promise<RecordedRequest> {
  const body = await whole(request);
  const { method = "", rawHeaders } = request;
  const target = (request.url ?? "").replace(/^http:\/\/[^/?]+/, "");
  const sent = http.request({ host: "127.0.0.1", port: cloudPort, method, path: target, headers: request.headers });
  sent.end(body);
  const reply = await new Promise<http.IncomingMessage>((resolve, reject) =>
    sent.on("response", resolve).on("error", reject),
  );
  const status = reply.statusCode ?? 0;
  const answer = await whole(reply);
  response.writeHead(status, reply.headers).end(answer);
  const headers = rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [[name, rawHeaders[i + 1] ?? ""] as const] : []));
  return { method, target, headers, body: body.toString("hex"), status };
}

async function whole(message: http.IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}
