/** What Pulumi 3.274.1 printed. */
export const pulumiSaid = {
  login: "error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions\n",
  backend:
    'error: unable to open state directory "file:///nonexistent": stat /nonexistent: no such file or directory\n\n',
  stack: "error: no stack named 'acme' found\n\n",
  selected: "error: no stack selected; please use `pulumi stack select` or `pulumi stack init` to choose one\n\n",
  passphrase:
    "error: passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment variables\n",
  file: "error: unable to read PULUMI_CONFIG_PASSPHRASE_FILE: open /nofile: no such file or directory\n",
  wrong: "error: incorrect passphrase\n",
  attributes: "error: failed to load checkpoint: EOF\n",
};
