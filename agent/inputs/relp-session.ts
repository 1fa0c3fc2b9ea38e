import { LineAssembler } from "./line-assembler";
import type { OnLine } from "./line-framer";
import { RelpFrameError, RelpFrameReader, relpFrame, type RelpHeader } from "./relp-frame";

export interface RelpSessionOptions {
  readonly maxLineBytes: number;
  readonly onLine: OnLine;
  /** Resolves when every line that was taken so far is safe. */
  readonly committed: () => Promise<void>;
  readonly send: (text: string) => void;
  readonly software: string;
}

/** Data of a command other than syslog: `open` brings a few lines. */
const maxCommandBytes = 4096;

/**
 * What one RELP client says and is answered, without its socket: new -> open -> over.
 *
 * A syslog frame is answered with 200 once its line is safe. It is never answered with an error: librelp's client gives up
 * a message that was. Where a line cannot be made safe, no answer comes and the connection has to end; the client then
 * sends all that was not answered once more. Answers go out in the order of the frames.
 */
export class RelpSession {
  state: "new" | "open" | "over" = "new";
  private readonly reader: RelpFrameReader;
  private readonly line: LineAssembler;
  private header: RelpHeader = { txnr: 0, command: "", length: 0 };
  private commandData: Buffer[] = [];
  private answers: string[] = [];
  private answering: Promise<void> | undefined;

  constructor(private readonly options: RelpSessionOptions) {
    this.line = new LineAssembler(options.maxLineBytes, options.onLine);
    this.reader = new RelpFrameReader({
      begin: (header) => this.begin(header),
      data: (bytes) => this.data(bytes),
      end: () => this.end(),
    });
  }

  /** Throws a RelpFrameError when the connection has to end. */
  push(chunk: Buffer): void {
    this.reader.push(chunk);
  }

  /** Resolves when everything that was taken is answered; rejects when it could not be made safe. */
  async answer(): Promise<void> {
    await (this.answering ??= this.answerAll().finally(() => (this.answering = undefined)));
  }

  /** Answers what was taken, and tells the client that nothing is taken any more. */
  async bye(): Promise<void> {
    this.state = "over";
    do await this.answer();
    while (this.answers.length > 0);
    this.options.send(relpFrame(0, "serverclose"));
  }

  /** One wait for all that came together: a commit serves many frames. */
  private async answerAll(): Promise<void> {
    while (this.answers.length > 0) {
      const answers = this.answers;
      this.answers = [];
      await this.options.committed();
      this.options.send(answers.join(""));
    }
  }

  private begin(header: RelpHeader): void {
    const { command, length } = header;
    if (command === "syslog" && this.state === "new") {
      throw new RelpFrameError("a RELP syslog frame before the session was opened");
    }
    if (command !== "syslog" && length > maxCommandBytes) {
      throw new RelpFrameError(`a RELP ${command} frame of ${length} bytes, at most ${maxCommandBytes} are taken`);
    }
    this.header = header;
    this.commandData = [];
  }

  private data(bytes: Buffer): void {
    if (this.state === "over") return;
    if (this.header.command === "syslog") this.line.add(bytes);
    else this.commandData.push(bytes);
  }

  private end(): void {
    if (this.state === "over") return;
    const { txnr, command } = this.header;
    switch (command) {
      case "syslog":
        this.line.finish();
        // Most of all frames: the same bytes without a look at their length.
        this.answers.push(`${txnr} rsp 6 200 OK\n`);
        return;
      case "open":
        return this.open(txnr, Buffer.concat(this.commandData).toString("latin1"));
      case "close":
        this.answers.push(relpFrame(txnr, "rsp", "200 OK"));
        this.state = "over";
        return;
      default:
        // A hint is not answered.
        if (txnr > 0) this.answers.push(relpFrame(txnr, "rsp", `500 unknown command ${command}`));
    }
  }

  private open(txnr: number, data: string): void {
    const refuse = (why: string): void => void this.answers.push(relpFrame(txnr, "rsp", `500 ${why}`));
    if (this.state !== "new") return refuse("the session is open already");
    const offers = new Map(data.split("\n").map((offer) => splitOnce(offer.trim(), "=")));
    const version = offers.get("relp_version");
    if (version === undefined || !/^\d{1,9}$/.test(version)) return refuse("relp_version is missing, 0 or 1 is taken");
    if (!(offers.get("commands") ?? "").split(",").includes("syslog")) {
      return refuse("commands does not offer syslog, the only one that is taken");
    }
    this.state = "open";
    const taken = [`relp_version=${Math.min(Number(version), 1)}`, `relp_software=${this.options.software}`];
    this.answers.push(relpFrame(txnr, "rsp", `200 OK\n${taken.join("\n")}\ncommands=syslog`));
  }
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
