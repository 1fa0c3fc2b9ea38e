/**
 * Regular expressions of others, which must not stop the agent whatever they are: some take a time that doubles with each
 * character of a line. V8 goes on with an engine of linear time after many steps back, for all that this one can; what has
 * a look-around or a reference back is run with a limit of time where it could take long.
 */
import { setFlagsFromString } from "node:v8";
import { createContext, Script } from "node:vm";

/** A match that takes longer is given up. */
const patienceMs = 100;
/** Up to so many characters a pattern without repeated repetitions cannot take long. */
const shortText = 1_000;
const repeatedRepetition = /[*+}]\)[*+{]|\|[^()]*\)[*+{]|\\[1-9]/;

let flagsSet = false;
function setFlags(): void {
  if (flagsSet) return;
  flagsSet = true;
  // The first lets us ask whether the linear engine can do a pattern (flag l), the second lets V8 go over to it.
  setFlagsFromString("--enable-experimental-regexp-engine");
  setFlagsFromString("--enable-experimental-regexp-engine-on-excessive-backtracks");
}

function isLinear({ source, flags }: RegExp): boolean {
  try {
    return new RegExp(source, `${flags}l`).flags.includes("l");
  } catch {
    return false;
  }
}

type Step = (text: string) => unknown;

export class BoundedRegex {
  private readonly linear: boolean;
  private readonly risky: boolean;
  private readonly regex: RegExp;
  private limited: { readonly context: Record<string, unknown>; readonly script: Script } | undefined;

  /** `make` compiles it; throws what that throws. */
  constructor(make: () => RegExp) {
    setFlags();
    this.regex = make();
    this.linear = isLinear(this.regex);
    this.risky = repeatedRepetition.test(this.regex.source);
  }

  /** Undefined when that would take too long to tell. */
  test(text: string): boolean | undefined {
    return this.run(text, (all) => this.regex.test(all)) as boolean | undefined;
  }

  /** The text with what `replacer` gives in place of each match; undefined when that would take too long. */
  replace(
    text: string,
    replacer: (match: string, ...rest: (string | number | undefined)[]) => string,
  ): string | undefined {
    return this.run(text, (all) => all.replace(this.regex, replacer as (match: string) => string)) as
      string | undefined;
  }

  private run(text: string, step: Step): unknown {
    if (this.linear || (!this.risky && text.length <= shortText)) return step(text);
    this.limited ??= { context: createContext({}), script: new Script("step(text)") };
    const { context, script } = this.limited;
    Object.assign(context, { step, text });
    try {
      return script.runInContext(context, { timeout: patienceMs });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return undefined;
      throw error;
    }
  }
}
