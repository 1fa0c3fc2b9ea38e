import { defineConfig } from "vitest/config";
import { FaultTable } from "./support/fault-table.js";

/** For `npm run test:faults` alone: minutes of kills and outages, and a table of what came of them. */
export default defineConfig({
  test: {
    include: ["test/faults/**/*.faults.ts"],
    tags: [{ name: "short", description: "runs in CI too: all of them in less than a minute" }],
    reporters: ["default", new FaultTable(process.env["SLS_FAULTS_JSON"])],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 300_000,
  },
});
