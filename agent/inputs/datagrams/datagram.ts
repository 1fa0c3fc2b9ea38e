import type { TakeLine } from "../input";
import { LineAssembler } from "../framing/line-assembler";

/** Takes datagrams, one line each: a LF or NUL at the end, which some programs put there, is no part of it. */
export function datagramTaker(maxLineBytes: number, accept: TakeLine): (datagram: Buffer, address: string) => void {
  return (datagram, address) => {
    const origin = { address };
    const line = new LineAssembler(maxLineBytes, (bytes, continuation) => accept(bytes, origin, continuation));
    line.add(datagram.at(-1) === 0 ? datagram.subarray(0, -1) : datagram);
    line.finish();
  };
}
