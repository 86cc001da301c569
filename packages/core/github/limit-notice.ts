/**
 * The message before a wait for the end of GitHub's rate limit: a wait that is not announced looks like a program that
 * hangs.
 */

/**
 * Until when the wait lasts, and what to do for a person who cannot wait for that. Pure.
 * @param allowedAt when GitHub accepts requests again, milliseconds since 1970
 * @param now milliseconds since 1970
 */
export function limitNotice(allowedAt: number, now: number): string {
  const seconds = Math.max(1, Math.ceil((allowedAt - now) / 1000));
  const long = seconds > 90 ? `${Math.ceil(seconds / 60)} min` : `${seconds} s`;
  return (
    `GitHub's rate limit is reached: waiting until ${new Date(allowedAt).toISOString()} (${long}), then this goes on by ` +
    `itself. Next, if that is too late: end this command, then use a token of another account: ` +
    `pulumi config set --secret ghrunners:githubToken`
  );
}
