/**
 * Regular expressions of others, which must not stop the agent whatever they are: some take a time that doubles with each
 * character of a line, some one that grows with its length to the third power. V8 has an engine of linear time, slower at its
 * best, for all that this one can; what has a look-around or a reference back is run with a limit of time where it could take long.
 */
import { setFlagsFromString } from "node:v8";
import { createContext, Script } from "node:vm";

/** A match that takes longer is given up. */
const patienceMs = 100;
/** Up to so many characters two repetitions, one after the other, cannot take long. */
const shortText = 1_000;
const repeatedRepetition = /[*+}]\)[*+{]|\|[^()]*\)[*+{]|\\[1-9]/;
/** Without an end. In a set they are none, and are counted all the same. */
const endlessRepetition = /[*+]|\{\d+,\}/g;

let flagsSet = false;
function setFlags(): void {
  if (flagsSet) return;
  flagsSet = true;
  // The first lets us use the linear engine (flag l), the second lets V8 go over to it after many steps back in one place.
  setFlagsFromString("--enable-experimental-regexp-engine");
  setFlagsFromString("--enable-experimental-regexp-engine-on-excessive-backtracks");
}

/** The same for the linear engine; undefined where that cannot do it. */
function linearOf({ source, flags }: RegExp): RegExp | undefined {
  try {
    return new RegExp(source, `${flags}l`);
  } catch {
    return undefined;
  }
}

/** Whether it may take long for a short text, too. */
function isRisky({ source }: RegExp): boolean {
  // Looked for everywhere, it is as if one repetition more came first.
  const repetitions = (source.match(endlessRepetition)?.length ?? 0) + (source.startsWith("^") ? 0 : 1);
  return repetitions > 2 || repeatedRepetition.test(source);
}

type Step = (regex: RegExp, text: string) => unknown;

export class BoundedRegex {
  private readonly linear: RegExp | undefined;
  private readonly risky: boolean;
  private readonly regex: RegExp;
  private limited: { readonly context: Record<string, unknown>; readonly script: Script } | undefined;

  /** `make` compiles it; throws what that throws. */
  constructor(make: () => RegExp) {
    setFlags();
    this.regex = make();
    this.linear = linearOf(this.regex);
    this.risky = isRisky(this.regex);
  }

  /** Undefined when that would take too long to tell, or more memory than there is for it. */
  test(text: string): boolean | undefined {
    return this.run(text, (regex, all) => regex.test(all)) as boolean | undefined;
  }

  /** The text with what `replacer` gives in place of each match; undefined as for `test`. */
  replace(
    text: string,
    replacer: (match: string, ...rest: (string | number | undefined)[]) => string,
  ): string | undefined {
    return this.run(text, (regex, all) => all.replace(regex, replacer as (match: string) => string)) as
      string | undefined;
  }

  private run(text: string, step: Step): unknown {
    const { regex, linear, risky } = this;
    const short = text.length <= shortText;
    try {
      if (linear !== undefined) return step(short ? regex : linear, text);
      return short && !risky ? step(regex, text) : this.runLimited(text, step);
    } catch (error) {
      // Too long a way back: the engine has no memory left for it.
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  private runLimited(text: string, step: Step): unknown {
    this.limited ??= { context: createContext({}), script: new Script("step(regex, text)") };
    const { context, script } = this.limited;
    Object.assign(context, { step, regex: this.regex, text });
    try {
      return script.runInContext(context, { timeout: patienceMs });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return undefined;
      throw error;
    } finally {
      Object.assign(context, { step: undefined, text: undefined });
    }
  }
}
