/** The text format of Prometheus, version 0.0.4. Source: prometheus.io, "Exposition formats". */
import { Durations } from "./counters";
import type { Metric, Sample, Scrape } from "./metrics";

export const contentType = "text/plain; version=0.0.4; charset=utf-8";

export function prometheusText(metrics: readonly Metric[], scrape: Scrape): string {
  return metrics.map((metric) => family(metric, metric.read(scrape))).join("");
}

function family({ name, type, help }: Metric, read: readonly Sample[] | Durations): string {
  const lines = read instanceof Durations ? histogram(name, read) : read.map((sample) => line(name, sample));
  if (lines.length === 0) return "";
  return [`# HELP ${name} ${escaped(help)}`, `# TYPE ${name} ${type}`, ...lines, ""].join("\n");
}

function histogram(name: string, { buckets, count, seconds }: Durations): string[] {
  return [
    ...buckets.map(({ upTo, count }) => line(`${name}_bucket`, { labels: { le: String(upTo) }, value: count })),
    line(`${name}_bucket`, { labels: { le: "+Inf" }, value: count }),
    line(`${name}_sum`, { value: seconds }),
    line(`${name}_count`, { value: count }),
  ];
}

function line(name: string, { labels = {}, value }: Sample): string {
  const inside = Object.entries(labels)
    .map(([label, text]) => `${label}="${escaped(text).replaceAll('"', '\\"')}"`)
    .join(",");
  return `${name}${inside && `{${inside}}`} ${value}`;
}

const escaped = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
