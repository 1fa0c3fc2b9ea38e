export function portOf(text: string, flag = "--port"): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new Error(`${flag} must be 0 to 65535, got ${JSON.stringify(text)}`);
}
