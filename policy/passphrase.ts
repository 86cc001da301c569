/**
 * Whether the passphrase of the state is empty, as far as this process can see: Pulumi reads the variable first, then
 * the file. If neither is set, the stack has another secrets provider, or the passphrase was typed in. Source:
 * https://www.pulumi.com/docs/iac/cli/environment-variables/
 */
export function passphraseIsEmpty(env: NodeJS.ProcessEnv, read: (file: string) => string): boolean {
  const { PULUMI_CONFIG_PASSPHRASE: passphrase, PULUMI_CONFIG_PASSPHRASE_FILE: file } = env;
  if (passphrase !== undefined) return passphrase === "";
  return file !== undefined && file !== "" && read(file).trim() === "";
}
