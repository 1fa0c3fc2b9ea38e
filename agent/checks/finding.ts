/** What `validate` finds: an error stops a start from working, a warning may be as it should (no network yet, say). */
export interface Finding {
  readonly level: "error" | "warning";
  /** What it is about: a setting, a variable, a file. */
  readonly about: string;
  /** What is wrong, and what to do. */
  readonly message: string;
}

export const failure = (about: string, message: string): Finding => ({ level: "error", about, message });
export const doubt = (about: string, message: string): Finding => ({ level: "warning", about, message });
