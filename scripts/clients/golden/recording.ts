/** A file below test/golden/wire: what an outside client sent, to the byte, and how it was made to. */

export interface Recording {
  readonly client: string;
  readonly version: string;
  /** What was run in the folder of the repository, with the clock and the key below. */
  readonly commands: readonly string[];
  /** The client's clock, ISO. */
  readonly at: string;
  readonly region: string;
  readonly accessKeyId: string;
  /** No secret: made up for this. */
  readonly accessKeySecret: string;
  readonly requests: readonly RecordedRequest[];
}

export interface RecordedRequest {
  readonly method: string;
  /** Path and query; what the absolute form has before them is in the Host header too. */
  readonly target: string;
  /** As they came, in their order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Hex. */
  readonly body: string;
  /** What the local cloud answered. */
  readonly status: number;
}

export const recordedAt = new Date("2023-11-14T22:13:20Z");
export const recordedKey = { accessKeyId: "testAK", accessKeySecret: "testSK" };
export const recordedRegion = "cn-hangzhou";
