import { isIP } from "node:net";
import type { StreamLogFormat } from "../../../parsers";
import { checkInput, inputExample, type InputSettings } from "../input-settings";
import { flag, integer, listOf, portOrOff, text } from "../option";
import { checkStreamLogFormat, streamLogFormatExample } from "../stream-log-formats";

const addressProblem = (value: string): string | undefined =>
  isIP(value) !== 0 || value === "localhost" ? undefined : 'an IP address such as "127.0.0.1"';

/** Where lines come in. */
export const inputOptions = {
  syslogHost: text<string>(
    {
      path: "syslog.host",
      env: "SLS_AGENT_SYSLOG_HOST",
      flag: "--host <address>",
      doc: "address on which lines are taken; 0.0.0.0 for other machines too",
      fallback: "127.0.0.1",
    },
    addressProblem,
  ),
  syslogPort: portOrOff({
    path: "syslog.port",
    env: "SLS_AGENT_SYSLOG_PORT",
    flag: "--port <number>",
    doc: "TCP port on which lines are taken; 0 for any free one, off for none",
    fallback: 11111,
  }),
  maxLineBytes: integer(
    {
      path: "syslog.maxLineBytes",
      env: "SLS_AGENT_SYSLOG_MAX_LINE_BYTES",
      doc: "a longer line is cut, the rest follows as lines of its own under `content`",
      fallback: 512 * 1024,
    },
    1024,
    900 * 1024,
    "the service takes values up to 1 MB",
  ),
  receptionTime: flag({
    path: "syslog.receptionTime",
    env: "SLS_AGENT_SYSLOG_RECEPTION_TIME",
    doc: "adds to each log when its line came, as `timegenerated`: unix seconds with milliseconds",
    fallback: false,
  }),
  streamLogFormats: listOf<StreamLogFormat>(
    {
      path: "streamlog_formats",
      doc: "versions of Logtail's stream format besides 0.1, as in Logtail's own file",
      fallback: [],
      fallbackText: "none",
    },
    streamLogFormatExample,
    checkStreamLogFormat,
  ),
  relpHost: text(
    {
      path: "relp.host",
      env: "SLS_AGENT_RELP_HOST",
      doc: "address on which lines are taken over RELP; 0.0.0.0 for other machines too",
      fallback: "127.0.0.1",
    },
    addressProblem,
  ),
  relpPort: portOrOff({
    path: "relp.port",
    env: "SLS_AGENT_RELP_PORT",
    flag: "--relp-port <number>",
    doc: "TCP port on which lines are taken over RELP (rsyslog's omrelp); 11112 is free as a rule; 0 for any free one",
    fallback: "off",
  }),
  idleSeconds: integer(
    {
      path: "limits.idleSeconds",
      env: "SLS_AGENT_IDLE_SECONDS",
      doc: "while 384 connections are open at one input, those that brought nothing for so long are ended; 0: none is",
      fallback: 60,
    },
    0,
    24 * 3600,
  ),
  inputs: listOf<InputSettings>(
    { path: "inputs", doc: "further inputs, see below", fallback: [], fallbackText: "none" },
    inputExample,
    checkInput,
  ),
} as const;
