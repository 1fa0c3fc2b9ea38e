import { LogWriter, SlsClient, proxyFromEnv, serverTime, type HttpReply } from "../sls/client";
import type { SlsError } from "../sls/model/errors";
import { hasZstd } from "../sls/wire/compress";
import { agentCredentials } from "./config/credentials";
import type { Settings } from "./config/settings";
import type { ConfigService } from "./config/discovery";
import type { LogSink } from "./sender/sink";
import type { Emit } from "./status/events";

/** The service as the agent sees it. */
export interface AgentService {
  /** `now` is the clock that requests are to be signed by; `emit` tells what happens to the credentials. */
  connect(now: () => Date, emit: Emit): { readonly configs: ConfigService; readonly sink: LogSink };
  /** The server's time in a failed reply, when it told one. */
  readonly serverTimeOf: (error: SlsError) => Date | undefined;
  close(): void;
}

/** Log Service, with the credentials of the settings or the environment, and the forward proxy of the environment. Throws where one of them is unusable. */
export function realService(settings: Settings, env: NodeJS.ProcessEnv): AgentService {
  const { endpoint, compress } = settings;
  if (compress === "zstd" && !hasZstd()) {
    throw new Error(`compress: zstd needs Node 22.15 or newer, this is ${process.version}; use lz4`);
  }
  const credentialsFor = agentCredentials(settings, env);
  const common = {
    endpoint,
    proxy: proxyFromEnv(env),
    timeoutMs: settings.timeoutSeconds * 1000,
  };
  const opened: { close(): void }[] = [];
  return {
    connect: (now, emit) => {
      const credentials = credentialsFor(now, emit);
      // One try: the config watcher looks again by itself.
      const configs = new SlsClient({ ...common, credentials, now, tries: 1 });
      const sink = new LogWriter({ ...common, credentials, now, compress });
      opened.push(configs, sink);
      return { configs, sink };
    },
    serverTimeOf,
    close: () => {
      for (const one of opened.splice(0)) one.close();
    },
  };
}

/** The clients leave the reply as the error's cause. */
function serverTimeOf(error: SlsError): Date | undefined {
  const reply = error.cause as Partial<HttpReply> | undefined;
  return reply?.headers === undefined ? undefined : serverTime(reply as HttpReply);
}
