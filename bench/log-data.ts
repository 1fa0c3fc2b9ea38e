import type { LogGroup } from "../sls";

/** A batch as the agent sends it: 4,000 lines of the seeds' web application, about 1 MB encoded. */
export function sampleGroup(lines = 4000): LogGroup {
  return {
    topic: "",
    source: "192.168.1.17",
    logs: Array.from({ length: lines }, (_, n) => ({
      time: 1_795_244_143 + (n >> 6),
      contents: [
        ["hostname", `sample-app-ecs-zone-${n % 2}-dev`],
        ["pri-text", "user.info"],
        ["protocol-version", "0"],
        ["app-name", "todo-list"],
        ["procid", String(700 + (n % 7))],
        ["msgid", "-"],
        [
          "msg",
          `2018-12-17 10:06:${n % 60}.${n % 1000} INFO 705 --- [nio-8080-exec-${n % 10}] c.a.i.t.controllers.TaskController : ` +
            `Create a new task: Task{uuid='4d3d5eb5-e21b-42f5-9681-${((n * 2654435761) % 2 ** 32).toString(16)}', description='Task ${n}'}`,
        ],
      ],
    })),
  };
}
