import { bufferOptions } from "./options/buffer-options";
import { inputOptions } from "./options/input-options";
import { machineOptions } from "./options/machine-options";
import { senderOptions } from "./options/sender-options";
import { serviceOptions } from "./options/service-options";
import { watchOptions } from "./options/watch-options";

/** All settings of the agent, in the order in which docs/agent.md tells them. Flags and that table are made from this one. */
export const options = {
  ...serviceOptions,
  ...inputOptions,
  ...machineOptions,
  ...bufferOptions,
  ...senderOptions,
  ...watchOptions,
} as const;

export type Options = typeof options;
export type OptionName = keyof Options;
type ValueOf<O> = O extends { readonly check: (value: unknown) => infer C }
  ? Extract<C, { value: unknown }>["value"]
  : never;
/** Every option with its checked value. */
export type OptionValues = { readonly [Name in OptionName]: ValueOf<Options[Name]> };
