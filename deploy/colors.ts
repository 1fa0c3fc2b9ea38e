import { createColors } from "picocolors";

/** On a terminal only, and not with NO_COLOR; FORCE_COLOR wins. */
export const colors = createColors(
  Boolean(process.env["FORCE_COLOR"]) || (process.stdout.isTTY === true && !process.env["NO_COLOR"]),
);
