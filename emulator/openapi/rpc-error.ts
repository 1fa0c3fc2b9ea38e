/** An error as OpenAPI products answer it: `Code`, `Message`. */
export class RpcError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** More members of the reply. */
    readonly detail: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = "RpcError";
  }
}
