import type { LogGroup } from "../sls";

/** Batches of about 512 KiB with the lines of a web application, and the words that the searches of the benchmark look for. */
export function accessGroup(lines: number, first: number, begin: number, step: number): LogGroup {
  return {
    topic: "",
    source: `10.0.${first % 7}.17`,
    tags: [["__hostname__", `vm-${first % 7}`]],
    logs: Array.from({ length: lines }, (_, k) => {
      const n = first + k;
      const id = ((n * 2654435761) % 2 ** 32).toString(16).padStart(8, "0");
      const status = n % 50 === 0 ? 500 : n % 9 === 0 ? 404 : 200;
      return {
        time: begin + Math.floor(n * step),
        contents: [
          ["hostname", `sample-app-ecs-zone-${n % 2}-dev`],
          ["pri-text", status === 500 ? "user.err" : "user.info"],
          ["app-name", n % 5 === 0 ? "certificate-updater" : "todo-list"],
          ["status", String(status)],
          [
            "msg",
            `${status === 500 ? "ERROR" : "INFO"} 705 [exec-${n % 10}] TaskController : task ${id} took ${n % 997} ms`,
          ],
        ],
      };
    }),
  };
}
