import { LineAssembler } from "../framing/line-assembler";
import type { OnLine } from "../framing/line-framer";
import { LineMark } from "./line-mark";
import { RelpFrameError, RelpFrameReader, relpFrame, type RelpHeader } from "./frame";
import { RelpHeldFrames } from "./held-frames";
import type { SessionMemory } from "./session-memory";

export interface RelpSessionOptions {
  readonly maxLineBytes: number;
  readonly onLine: OnLine;
  /** Resolves when every line that was taken so far is safe. */
  readonly committed: () => Promise<void>;
  readonly send: (text: string) => void;
  readonly software: string;
  readonly memory: SessionMemory;
  /** So many lines came again that are stored already: they are answered and not taken. */
  readonly onKnown: (lines: number) => void;
}

/** Data of a command other than syslog: `open` brings a few lines. */
const maxCommandBytes = 4096;

/**
 * What one RELP client says and is answered, without its socket: new -> open -> over.
 *
 * A syslog frame is answered with 200 once its line is safe. It is never answered with an error: librelp's client gives up
 * a message that was. Where a line cannot be made safe, no answer comes and the connection has to end; the client then
 * sends all that was not answered once more. Answers go out in the order of the frames.
 *
 * The first frames are held, neither taken nor answered, while they may be what an ended session has left; see RelpMemory.
 */
export class RelpSession {
  state: "new" | "open" | "over" = "new";
  private readonly reader: RelpFrameReader;
  private readonly line: LineAssembler;
  private header: RelpHeader = { txnr: 0, command: "", length: 0 };
  private commandData: Buffer[] = [];
  private answers: string[] = [];
  /** How many of them are for syslog frames. */
  private frames = 0;
  private answering: Promise<void> | undefined;
  private readonly mark = new LineMark();
  /** The frame that is being read was longer than a line may be. */
  private cut = false;
  private held: RelpHeldFrames | undefined;

  constructor(private readonly options: RelpSessionOptions) {
    this.line = new LineAssembler(options.maxLineBytes, (line, continuation) => this.take(line, continuation));
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

  /** Whether frames are held until more of them come. */
  get holds(): boolean {
    return this.held !== undefined && this.held.count > 0;
  }

  /** Takes the frames that are held: they are lines like others. */
  takeHeld(): void {
    const { held } = this;
    this.held = undefined;
    for (const { line, txnr } of held?.frames ?? []) {
      this.mark.of(line);
      this.options.onLine(line, false);
      this.took(txnr, true);
    }
    // The first part of a frame whose end has not come.
    if (held?.begun !== undefined) this.options.onLine(held.begun, false);
  }

  /** Answers what was taken, and tells the client that nothing is taken any more. What is held comes again. */
  async bye(): Promise<void> {
    this.state = "over";
    this.held = undefined;
    do await this.answer();
    while (this.answers.length > 0);
    this.options.send(relpFrame(0, "serverclose"));
  }

  /** One wait for all that came together: a commit serves many frames. */
  private async answerAll(): Promise<void> {
    while (this.answers.length > 0) {
      const { answers, frames } = this;
      this.answers = [];
      this.frames = 0;
      await this.options.committed();
      if (this.options.memory.answering(frames)) this.options.send(answers.join(""));
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
    // A frame is recognised among the first of a session only.
    if (command !== "syslog" && command !== "open") this.takeHeld();
    this.header = header;
    this.commandData = [];
    this.cut = false;
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
        if (this.held === undefined) this.took(txnr, !this.cut);
        else this.judge(this.held, txnr);
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

  /** A line, or a part of one. */
  private take(line: Buffer, continuation: boolean): void {
    if (!continuation) this.mark.of(line);
    else {
      this.cut = true;
      this.takeHeld();
    }
    if (this.held === undefined) this.options.onLine(line, continuation);
    else this.held.begun = line;
  }

  /** The line of a frame is taken. */
  private took(txnr: number, whole: boolean): void {
    this.options.memory.add(whole ? this.mark : undefined);
    this.frames++;
    // Most of all frames: the same bytes without a look at their length.
    this.answers.push(`${txnr} rsp 6 200 OK\n`);
  }

  /** A frame came whole while others are held, or may have to be. */
  private judge(held: RelpHeldFrames, txnr: number): void {
    const verdict = held.add(txnr, this.mark);
    if (verdict === "perhaps") return;
    if (verdict === "no") return this.takeHeld();
    this.held = undefined;
    for (const frame of held.frames) {
      this.mark.of(frame.line);
      this.took(frame.txnr, true);
    }
    this.options.memory.replaces(verdict);
    this.options.onKnown(held.count);
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
    const recogniser = this.options.memory.recogniser();
    if (recogniser !== undefined) this.held = new RelpHeldFrames(recogniser);
    const taken = [`relp_version=${Math.min(Number(version), 1)}`, `relp_software=${this.options.software}`];
    this.answers.push(relpFrame(txnr, "rsp", `200 OK\n${taken.join("\n")}\ncommands=syslog`));
  }
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
