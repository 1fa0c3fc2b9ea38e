/**
 * One request from its head to its reply:
 *
 *   head -> faults chosen -> delay -> body -> answer -> logged -> reply
 *
 * A fault may cut the connection at each arrow, and a client may leave at any. Every request is logged once, when it is known what it gets: one whose
 * acknowledgement is lost with the status that it would have got, one that ends before it was answered with status 0.
 */
import { callerOf } from "./caller";
import { errorReply, notServed, type Answer } from "./answer";
import { spoilt } from "./faults/bad-reply";
import { factsOf } from "./faults/facts";
import type { Effects, Faults } from "./faults/faults";
import type { GatewayReply, GatewayRequest, RequestHead } from "./gateway/gateway";
import type { Target } from "./gateway/hosts";
import { BodyTooLarge, ConnectionLost, type Wire } from "./gateway/wire";
import type { RequestLog } from "./request-log";

/** Raw bytes of the largest request, PutLogs. */
const largestRaw = 10 << 20;
/** Of no use to the service is a body above this: an LZ4 block may be larger than what is in it by a part in 255. */
const largestBody = largestRaw + Math.ceil(largestRaw / 255) + 64;

export interface ExchangeOptions {
  readonly faults: Faults;
  readonly requests: RequestLog;
  readonly now: () => Date;
  /** `now`: the server's time for this request. */
  readonly handle: (request: GatewayRequest, now: Date) => Answer | Promise<Answer>;
}

export async function exchange(head: RequestHead, wire: Wire, options: ExchangeOptions): Promise<void> {
  const { target } = head;
  const record = recorder(head, options);
  if (target === undefined) {
    const answer = notServed(head, options.now());
    record(answer);
    return wire.send(answer.reply);
  }
  const state: State = { facts: undefined, effects: undefined, bytesIn: 0 };
  try {
    await serve({ ...head, target }, wire, options, state, record);
  } catch (error) {
    if (error instanceof BodyTooLarge) {
      const message = `Body size ${error.size} must little than ${largestRaw}`;
      const code = "PostBodyTooLarge";
      const reply = errorReply(target, { status: 400, code, message }, head.host, options.now());
      record({ reply, ...told({ ...head, target }, state), errorCode: code }, { ...state, bytesIn: error.size });
      return wire.send(reply);
    }
    if (error instanceof ConnectionLost) record(told({ ...head, target }, state), state);
    throw error;
  }
}

/** Logs a request whose answer is made elsewhere; returns what it gets. */
export function logged(
  head: RequestHead,
  answer: Answer,
  options: Pick<ExchangeOptions, "requests" | "now">,
): GatewayReply {
  recorder(head, options)(answer);
  return answer.reply;
}

interface State {
  facts: ReturnType<typeof factsOf>;
  effects: Effects | undefined;
  bytesIn: number;
  recorded?: true;
}

type Served = RequestHead & { readonly target: Target };

async function serve(
  head: Served,
  wire: Wire,
  options: ExchangeOptions,
  state: State,
  record: Recorder,
): Promise<void> {
  const { target } = head;
  const limit = largestBody;
  let body: Buffer | undefined;
  if (options.faults.any) {
    state.facts = factsOf(head, target);
    if (state.facts === undefined) {
      body = await wire.readBody({ limit });
      state.facts = factsOf({ ...head, body }, target);
    }
    state.effects = state.facts && options.faults.on(state.facts);
  }
  const { effects } = state;
  if (effects !== undefined && effects.delayMs > 0) await wire.wait(effects.delayMs);
  if (effects?.cut === "before-body" || effects?.cut === "mid-body") {
    if (effects.cut === "mid-body" && body === undefined) await wire.readHalfOfBody();
    record(told(head, state), state);
    return wire.cut(effects.reset);
  }
  const slow = effects?.readBytesPerSecond;
  if (body === undefined)
    body = await wire.readBody({ limit, ...(slow === undefined ? {} : { bytesPerSecond: slow }) });
  else if (slow !== undefined) await wire.wait((body.length / slow) * 1000);
  state.bytesIn = body.length;

  const now = new Date(options.now().getTime() + (effects?.clockOffsetMs ?? 0));
  const answer = effects?.error
    ? { ...told(head, state), reply: errorReply(target, effects.error, head.host, now), errorCode: effects.error.code }
    : await options.handle({ ...head, body }, now);
  const reply = spoilt(answer.reply, effects?.badReply);
  record({ ...answer, reply }, state, body);
  if (effects?.cut === "before-reply") return wire.cut(effects.reset);
  if (effects?.cut === "mid-reply") {
    await wire.sendHalf(reply);
    return wire.cut(effects.reset);
  }
  const rate = effects?.replyBytesPerSecond;
  await wire.send(reply, rate === undefined ? {} : { bytesPerSecond: rate });
}

/** What the head says of the operation, for requests that no service answered. */
function told(head: Served, state: State): { operation: string; project?: string } {
  const facts = state.facts ?? factsOf(head, head.target);
  return { operation: facts?.operation ?? "-", ...(facts?.project ? { project: facts.project } : {}) };
}

type Recorder = (answer: Partial<Answer> & { operation: string }, state?: State, body?: Buffer) => void;

function recorder(head: RequestHead, { requests, now }: Pick<ExchangeOptions, "requests" | "now">): Recorder {
  const at = now();
  const started = performance.now();
  return ({ reply, operation, project, errorCode, unsupported }, state, body) => {
    if (state?.recorded) return;
    if (state) state.recorded = true;
    const client = head.headers["user-agent"];
    const accessKeyId = callerOf({ ...head, ...(body === undefined ? {} : { body }) });
    requests.add({
      at,
      method: head.method,
      host: head.host.slice(0, 255),
      url: head.url,
      operation,
      status: reply?.status ?? 0,
      peer: head.peer,
      bytesIn: state?.bytesIn ?? 0,
      bytesOut: reply?.body.length ?? 0,
      durationMs: Math.round((performance.now() - started) * 10) / 10,
      ...(project ? { project } : {}),
      ...(errorCode ? { errorCode } : {}),
      ...(client ? { client: client.slice(0, 512) } : {}),
      ...(accessKeyId ? { accessKeyId } : {}),
      ...(unsupported ? { unsupported: true } : {}),
      ...(state?.effects ? { fault: state.effects.told } : {}),
    });
  };
}
