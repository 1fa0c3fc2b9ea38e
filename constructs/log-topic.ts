import { groupCount, regexProblem } from "../parsers";

/** What the topic of a file's logs is. Source: SLS, "Log topics". */
export class LogTopic {
  static none(): LogTopic {
    return new LogTopic("none");
  }

  /** The topic of the machine group through which the machine got the config. */
  static machineGroup(): LogTopic {
    return new LogTopic("machineGroup");
  }

  /** The file's whole path. */
  static path(): LogTopic {
    return new LogTopic("path");
  }

  /** What the groups of a regular expression find in the file's path, e.g. `/var/log/(\w+)/.*`. */
  static fromPath(pattern: string): LogTopic {
    return new LogTopic("fromPath", pattern);
  }

  /** One word for all logs of the config. */
  static custom(topic: string): LogTopic {
    return new LogTopic("custom", topic);
  }

  private constructor(
    readonly kind: "none" | "machineGroup" | "path" | "fromPath" | "custom",
    /** The pattern or the word. */
    readonly value = "",
  ) {}

  get problem(): string | undefined {
    if (this.kind === "custom" && !/^[\x21-\x7e]{1,128}$/.test(this.value)) {
      return `topic must be 1 to 128 printable ASCII characters without spaces, got ${JSON.stringify(this.value)}`;
    }
    if (this.kind !== "fromPath") return undefined;
    const problem = regexProblem(this.value);
    if (problem !== undefined) return `topic ${problem}`;
    if (groupCount(this.value) > 0) return undefined;
    return `topic pattern ${JSON.stringify(this.value)} has no group; put ( ) around the part of the path that is the topic`;
  }
}
