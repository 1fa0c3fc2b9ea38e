/** `/metrics`, `/healthz`, `/readyz` on this machine alone. */
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import type { World } from "../world";
import { stateOf } from "./describe-status";
import type { Emit } from "./events";
import { metrics, type Scrape } from "./metrics";
import { contentType, prometheusText } from "./prometheus";
import type { AgentStatus } from "./status-file";
import { Waits } from "./waits";

export interface StatusServerOptions {
  /** 0 for any free one. */
  readonly port: number;
  readonly scrape: () => Scrape;
  readonly world: World;
  readonly emit: Emit;
}

const host = "127.0.0.1";
const retryMs = 5_000;

/** Serves until it is closed. A port that is taken holds up nothing: it is tried again. */
export class StatusServer {
  private readonly over = new AbortController();
  private readonly running: Promise<void>;
  private server: http.Server | undefined;

  constructor(private readonly options: StatusServerOptions) {
    this.running = this.open();
  }

  async close(): Promise<void> {
    this.over.abort();
    await this.running;
    const { server } = this;
    if (server === undefined) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  private async open(): Promise<void> {
    const { port, world, emit } = this.options;
    const waits = new Waits(emit);
    const what = `status port ${port}`;
    while (!this.over.signal.aborted) {
      try {
        const server = await listen(port, (request, response) => this.answer(request, response));
        this.server = server;
        waits.end(what);
        emit({ type: "StatusServed", address: host, port: (server.address() as AddressInfo).port });
        return;
      } catch (error) {
        waits.begin(what, `${(error as Error).message}; free it, or give another with status.port`);
        await world.sleep(retryMs, this.over.signal);
      }
    }
  }

  private answer({ method, url }: http.IncomingMessage, response: http.ServerResponse): void {
    const say = (status: number, text: string, type = "text/plain; charset=utf-8"): void => {
      response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(text) });
      response.end(method === "HEAD" ? undefined : text);
    };
    if (method !== "GET" && method !== "HEAD") return say(405, "only GET and HEAD\n");
    const scrape = this.options.scrape();
    const path = url?.split("?")[0];
    if (path === "/metrics") return say(200, prometheusText(metrics, scrape), contentType);
    if (path !== "/healthz" && path !== "/readyz") return say(404, "there are /metrics, /healthz and /readyz\n");
    const why = path === "/healthz" ? scrape.stuck : unready(scrape.status);
    say(why === undefined ? 200 : 503, `${why ?? "ok"}\n`);
  }
}

/** Why no lines are taken; being held back for a while is no reason. */
function unready(status: AgentStatus): string | undefined {
  const { state, inputs, waitingFor } = status;
  if (state !== "running") return `the agent is ${stateOf(status)}`;
  if (inputs.some((input) => input.state === "listening" || input.state === "held")) return undefined;
  const waits = Object.entries(waitingFor).map(([what, why]) => `waiting for ${what}: ${why}`);
  return waits.join("; ") || "no input listens yet";
}

function listen(port: number, handler: http.RequestListener): Promise<http.Server> {
  return new Promise((resolve, reject) => {
    const server = http.createServer({ requestTimeout: 10_000, keepAliveTimeout: 60_000 }, handler);
    server.maxConnections = 16;
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      // Out of open files for a moment, say: whoever asks asks again.
      server.on("error", () => undefined);
      resolve(server);
    });
  });
}
