/** Loaded before a client in Node that is recorded: its clock stands still, and every connection goes to the recorder. */
import * as http from "node:http";
import { connect } from "node:net";
import { recordedAt } from "./recording";

const RealDate = Date;
class FrozenDate extends RealDate {
  constructor(...given: unknown[]) {
    super(...((given.length === 0 ? [recordedAt.getTime()] : given) as [number]));
  }
  static override now(): number {
    return recordedAt.getTime();
  }
}
globalThis.Date = FrozenDate as DateConstructor;

http.Agent.prototype.createConnection = () => connect(Number(process.env["RECORDER_PORT"]), "127.0.0.1");
