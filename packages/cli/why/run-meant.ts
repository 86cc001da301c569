/** Which run a person means. Pure. */
import { WrongUse } from "../command";

const EXAMPLE = "https://github.com/octo-org/demo-app/actions/runs/123";

/**
 * The id in a run's number or address.
 * @param given such as `123`, or the address of a run, of one of its attempts or of one of its jobs
 * @param repository web address of the stack's repository
 * @throws WrongUse for anything else, and for a run of another repository
 * @example runMeant("https://github.com/octo-org/demo-app/actions/runs/7/job/9",
 * "https://github.com/octo-org/demo-app") === 7
 */
export function runMeant(given: string, repository: string): number {
  if (/^\d{1,15}$/.test(given)) return Number(given);
  const [, home, id] = /^(https?:\/\/.+?)\/actions\/runs\/(\d{1,15})(?:[/?#].*)?$/.exec(given) ?? [];
  if (home === undefined || id === undefined)
    throw new WrongUse(`"${given}" is no run. Expected its number or its address, such as ${EXAMPLE}.`);
  if (home.toLowerCase() !== repository.toLowerCase())
    throw new WrongUse(
      `The run ${id} belongs to ${home}, and the stack's repository is ${repository}. Expected a run of that one. ` +
        "Next: pulumi stack ls, then the same command with --stack NAME",
    );
  return Number(id);
}

/**
 * The deployment's id in a run's title, as `ghrunners deploy` gives it; a repeated run is a deployment of its own.
 * @example deploymentIn({ title: "Deploy 2 (20261129T012000Z-1f2e)", attempt: 2 }) === "20261129T012000Z-1f2e-2"
 */
export function deploymentIn({ title, attempt }: { readonly title: string; readonly attempt: number }): string | null {
  const id = /\b\d{8}T\d{6}Z-[0-9a-f]{4}\b/.exec(title)?.[0];
  if (id === undefined) return null;
  return attempt === 1 ? id : `${id}-${attempt}`;
}
