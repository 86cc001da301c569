/** What a runner group of the organization may be called. Pure. */

/** The form of its name. GitHub's own group Default is open to the whole organization. */
export const RUNNER_GROUP_FORM = "letters, digits, dot, hyphen, underscore, at most 64, not Default";

/** @example isRunnerGroupName("demo-app-runners") // true */
export const isRunnerGroupName = (name: string): boolean => /^(?!default$)[a-z0-9][a-z0-9._-]{0,63}$/i.test(name);
