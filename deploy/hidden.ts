/** Plans are shown to people and kept in logs of pipelines; configs of plugins hold passwords. */
const hidden = "(hidden)";
const secretName =
  /passw|passphrase|secret|token|api_?-?key|access_?-?key|private_?-?key|credential|authorization|cookie|sasl_?jaas/i;
/** `user:password@host` with or without a scheme, also as MySQL's driver has it. */
const passwordOfUser = /([A-Za-z0-9_.-]*:)[^\s:@/"']+@(?=[A-Za-z0-9[(])/g;

/** The value of a field as it may be shown: what is secret by its name or its form is replaced. */
export function withoutSecrets(field: string, value: unknown): unknown {
  if (typeof value === "object" && value !== null) {
    if (Array.isArray(value)) return value.map((one: unknown) => withoutSecrets("", one));
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutSecrets(key, one)]));
  }
  if (typeof value !== "string" || value === "") return value;
  const name = field.slice(field.lastIndexOf(".") + 1);
  return secretName.test(name) ? hidden : value.replace(passwordOfUser, `$1${hidden}@`);
}
