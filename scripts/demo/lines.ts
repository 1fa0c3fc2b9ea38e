/** The thousand lines that the demo writes: what the seeds' three programs would say. */
export interface DemoProgram {
  readonly program: string;
  readonly pid: number;
  readonly lines: number;
  message(n: number): string;
}

const id = (n: number): string => `4d3d5eb5-e21b-42f5-9681-${n.toString(16).padStart(12, "0")}`;

export const programs: readonly DemoProgram[] = [
  {
    program: "todo-list",
    pid: 705,
    lines: 600,
    message: (n) =>
      n % 2 === 0
        ? `INFO 705 --- [nio-8080-exec-${n % 10}] c.a.i.t.controllers.TaskController : Create a new task: ` +
          `Task{uuid='${id(n)}', description='${n % 50 === 0 ? "买牛奶 ✓" : `Task ${n}`}'}`
        : `INFO 705 --- [nio-8080-exec-${n % 10}] c.a.i.t.controllers.TaskController : Delete the task with the UUID: ${id(n)}`,
  },
  {
    program: "certificate-updater",
    pid: 812,
    lines: 150,
    message: (n) => `Check ${n}: certificate of dev.my-sample-domain.xyz is valid for ${90 - (n % 60)} days`,
  },
  {
    program: "nginx",
    pid: 433,
    lines: 250,
    message: (n) =>
      `192.168.0.${n % 250} "GET /api/tasks/${id(n)} HTTP/1.1" 200 ${100 + n} "-" "Mozilla/5.0 (X11; Linux)"`,
  },
];

export const totalLines = programs.reduce((sum, { lines }) => sum + lines, 0);
