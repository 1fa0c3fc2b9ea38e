import type { Sink, SinkCounts } from "./processes";

/**
 * Whether a peer has brought so many lines. It tells no number of them: its first part has come when nothing comes any more, and
 * that tells how many bytes a line has.
 */
export function counter(sink: Sink, to: "tcp" | "http"): (lines: number) => Promise<boolean> {
  let perLine = 0;
  const bytesOf = ({ tcpBytes, rawBytes }: SinkCounts): number => (to === "tcp" ? tcpBytes : rawBytes);
  return async (lines) => {
    const bytes = bytesOf(await sink.counts());
    // What surrounds the lines of a request is a little less per line where requests are larger.
    if (perLine > 0) return bytes >= lines * perLine * (to === "tcp" ? 0.9999 : 0.99);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const later = bytesOf(await sink.counts());
    if (bytes === 0 || later !== bytes) return false;
    perLine = later / lines;
    return true;
  };
}
