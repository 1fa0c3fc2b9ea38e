/** An error as OpenAPI products answer it: `Code`, `Message`. */
export class RpcError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = "RpcError";
  }
}
