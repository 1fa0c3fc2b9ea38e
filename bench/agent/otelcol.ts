/** The OpenTelemetry Collector as a peer: syslog over TCP in, parsed, OTLP with gzip over HTTP out. */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import { join } from "node:path";
import { freePort, listening, type Peer } from "./peers";
import { stop } from "./processes";

/** Where scripts/peers-setup.sh builds it. */
const program = join(__dirname, "..", "..", ".cache", "peers", "otelcol-syslog");

/** Batches as its documentation advises; a full queue holds the connection, as our buffer does. Undefined where it is not built. */
export async function startOtelcol(folder: string, sinkPort: number): Promise<Peer | undefined> {
  if (!fs.existsSync(program)) return undefined;
  fs.mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const config = join(folder, "otelcol.yaml");
  const settings = {
    receivers: { syslog: { tcp: { listen_address: `127.0.0.1:${port}` }, protocol: "rfc3164" } },
    processors: { batch: { send_batch_size: 8192, timeout: "200ms" } },
    exporters: {
      otlp_http: {
        logs_endpoint: `http://127.0.0.1:${sinkPort}/v1/logs`,
        compression: "gzip",
        sending_queue: { block_on_overflow: true },
      },
    },
    service: {
      telemetry: { metrics: { level: "none" }, logs: { level: "error" } },
      pipelines: { logs: { receivers: ["syslog"], processors: ["batch"], exporters: ["otlp_http"] } },
    },
  };
  // JSON is YAML.
  fs.writeFileSync(config, JSON.stringify(settings));
  const child = spawn(program, ["--config", config], { stdio: ["ignore", "ignore", "inherit"] });
  await listening(port);
  return { pid: child.pid as number, port, stop: () => stop(child) };
}
