/** How Terraform meets the provider: it starts it, and they shake hands. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Server, ServerCredentials, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { Provider } from "./provider";
import { controllerService, providerService, type Call, type Request } from "./protocol";
import { resourceKinds } from "./resources";
import { loadSchema } from "./schema";
import { selfSigned } from "./self-signed";

/** A random word by which Terraform and its plugins know one another. Source: "Terraform Plugin Protocol". */
const cookie = {
  name: "TF_PLUGIN_MAGIC_COOKIE",
  value: "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
};

export const startedByTerraform = (env: NodeJS.ProcessEnv): boolean => env[cookie.name] === cookie.value;

export interface Serving {
  /** Resolves when Terraform says goodbye. */
  readonly ended: Promise<void>;
  close(): void;
}

function grpcServer(env: NodeJS.ProcessEnv, goodbye: () => void): { server: Server; provider: Provider } {
  const provider = new Provider(loadSchema(), resourceKinds, env);
  const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  const calls: UntypedServiceImplementation = {};
  for (const call of Object.keys(providerService) as Call[]) {
    calls[call] = (request: { request: Request }, reply: (error: null, value: object) => void) => {
      void provider.answer(call, request.request).then((value) => reply(null, value));
    };
  }
  server.addService(providerService, calls);
  server.addService(controllerService, {
    Shutdown: (_call: object, reply: (error: null, value: object) => void) => {
      reply(null, {});
      goodbye();
    },
  });
  return { server, provider };
}

/** Started by Terraform: says on stdout where it listens, in one line, and nothing else there ever. */
export async function serve(env: NodeJS.ProcessEnv, say: (line: string) => void): Promise<Serving> {
  const own = env["PLUGIN_UNIX_SOCKET_DIR"] ? undefined : mkdtempSync(join(tmpdir(), "plugin-"));
  const folder = own ?? (env["PLUGIN_UNIX_SOCKET_DIR"] as string);
  const address = join(folder, `alicloud-${process.pid}.sock`);
  let goodbye = (): void => {};
  const ended = new Promise<void>((resolve) => (goodbye = resolve));
  const { server, provider } = grpcServer(env, () => goodbye());

  const clientCertificate = env["PLUGIN_CLIENT_CERT"];
  const identity = clientCertificate ? selfSigned(new Date()) : undefined;
  const credentials =
    clientCertificate && identity
      ? ServerCredentials.createSsl(
          Buffer.from(clientCertificate),
          [{ private_key: Buffer.from(identity.keyPem), cert_chain: Buffer.from(identity.certificatePem) }],
          true,
        )
      : ServerCredentials.createInsecure();
  await new Promise<void>((resolve, reject) =>
    server.bindAsync(`unix:${address}`, credentials, (error) => (error ? reject(error) : resolve())),
  );
  // core protocol | provider protocol | network | address | transport | certificate, base64 without padding
  const line = ["1", "5", "unix", address, "grpc"];
  if (identity) line.push(identity.certificate.toString("base64").replace(/=+$/, ""));
  say(line.join("|"));
  return {
    ended,
    close: () => {
      provider.close();
      server.forceShutdown();
      rmSync(own ?? address, { recursive: true, force: true });
    },
  };
}
