/** Whether the peer's second run was one without changes: else its time would be compared with something else. Pure. */

/** @throws Error when OpenTofu changed a machine */
export function assertMachinesUnchanged(log: string): void {
  if (/^Apply complete! Resources: 0 added, 0 changed, 0 destroyed\./m.test(log)) return;
  const seen = /^Apply complete!.*/m.exec(log)?.[0] ?? log.trimEnd().split("\n").slice(-10).join("\n");
  throw new Error(`OpenTofu's second run should change nothing; it ended with:\n${seen}`);
}

/** @throws Error when the playbook's recap shows a change */
export function assertHostsUnchanged(log: string): void {
  const recap = log.slice(log.lastIndexOf("PLAY RECAP"));
  const counts = [...recap.matchAll(/changed=(\d+)/g)].map((match) => Number(match[1]));
  if (counts.length > 0 && counts.every((count) => count === 0)) return;
  const changed = [...log.matchAll(/^TASK \[(.+?)\]|^changed: \[(\S+?)\]/gm)];
  const tasks = changed.flatMap(([, , host], index) => {
    const task = changed.slice(0, index).findLast(([, name]) => name !== undefined)?.[1];
    return host === undefined ? [] : [`${task} on ${host}`];
  });
  throw new Error(
    `The playbook's second run should change nothing. Changed: ${tasks.join(", ")}. Its recap:\n${recap}`,
  );
}
