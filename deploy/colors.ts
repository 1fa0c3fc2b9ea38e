import { createColors } from "picocolors";

/** On a terminal that has them, and not with NO_COLOR; FORCE_COLOR wins, also with 0 for none. */
function wanted(stream: NodeJS.WriteStream): boolean {
  const { FORCE_COLOR: force, NO_COLOR: none, TERM: terminal } = process.env;
  if (force) return force !== "0" && force !== "false";
  return stream.isTTY === true && !none && terminal !== "dumb";
}

/** Of stdout. */
export const colors = createColors(wanted(process.stdout));
/** Of stderr, which may go elsewhere. */
export const errorColors = createColors(wanted(process.stderr));
