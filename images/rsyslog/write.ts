/** `ts-node images/rsyslog/write.ts`: writes the committed files anew, each of them rsyslogForward() with the options named here. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { rsyslogForward, type RsyslogForwardOptions } from "./forward";

export const committed: Readonly<Record<string, RsyslogForwardOptions>> = {
  "80-logtail.conf": { transport: "relp" },
  "80-logtail-tcp.conf": { transport: "tcp" },
};

if (require.main === module) {
  for (const [name, options] of Object.entries(committed))
    writeFileSync(join(__dirname, name), rsyslogForward(options));
}
