/** `npm run test:faults -- --short`: fewer kills, the same verdicts. */
export const isShort = process.env["SLS_FAULTS"] === "short";
