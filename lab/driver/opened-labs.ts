/** Names of the labs that this process has opened: what Ctrl-C has to take down. */
export const openedLabs = new Set<string>();
