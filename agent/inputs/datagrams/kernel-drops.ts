/**
 * Datagrams that the kernel dropped at a port because nobody fetched them, from the text of `/proc/net/udp` or `udp6`: the
 * second column is `ADDRESS:PORT` in hexadecimal digits, the last one the drops.
 */
export function kernelDrops(table: string, port: number): number {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return table
    .split("\n")
    .slice(1)
    .map((row) => row.trim().split(/\s+/))
    .filter((columns) => columns[1]?.endsWith(wanted))
    .reduce((sum, columns) => sum + Number(columns.at(-1)), 0);
}
