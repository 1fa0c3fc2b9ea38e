/** How one text is cut into words and compared, as an index or one of its keys says. */
export interface TextRuleOptions {
  readonly token?: readonly string[];
  readonly caseSensitive?: boolean;
  readonly chn?: boolean;
}

const chinese = /[\p{Script=Han}]/u;
/** In `TextRule.bytes`. */
export const separator = -1;
const notAscii = -2;

export class TextRule {
  /** What tells two rules apart. */
  readonly id: string;
  /** By byte of a text: the byte as it is compared, `separator` or `notAscii`. */
  readonly bytes: Int16Array;
  private readonly separators: ReadonlySet<string>;
  private readonly caseSensitive: boolean;
  private readonly chn: boolean;

  constructor({ token = [], caseSensitive = false, chn = false }: TextRuleOptions) {
    this.separators = new Set(token);
    this.caseSensitive = caseSensitive;
    this.chn = chn;
    this.id = JSON.stringify([[...this.separators].sort(), caseSensitive, chn]);
    this.bytes = Int16Array.from({ length: 256 }, (_, byte) => {
      if (byte >= 0x80) return notAscii;
      const letter = String.fromCharCode(byte);
      return this.separators.has(letter) ? separator : this.normal(letter).charCodeAt(0);
    });
  }

  normal(text: string): string {
    return this.caseSensitive ? text : text.toLowerCase();
  }

  words(text: string): string[] {
    const found: string[] = [];
    let current = "";
    const flush = (): void => {
      if (current !== "") found.push(current);
      current = "";
    };
    for (const letter of this.normal(text)) {
      if (this.separators.has(letter)) flush();
      else if (this.chn && chinese.test(letter)) {
        flush();
        found.push(letter);
      } else current += letter;
    }
    flush();
    return found;
  }

  /** Whether one of the text's words is this one (as `words` gives it), without cutting the whole text up. */
  hasWord(text: string, word: string): boolean {
    const all = this.normal(text);
    const alone = this.chn && chinese.test(word);
    for (let at = all.indexOf(word); at >= 0; at = all.indexOf(word, at + 1)) {
      if (alone || (this.ends(all[at - 1]) && this.ends(all[at + word.length]))) return true;
    }
    return false;
  }

  private ends(letter: string | undefined): boolean {
    return letter === undefined || this.separators.has(letter) || (this.chn && chinese.test(letter));
  }
}
