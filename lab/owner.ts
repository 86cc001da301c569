/** Whose repository the lab's GitHub has. A lab remembers it until it is taken down. */
import { Option } from "commander";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { writeWhole } from "@ghrunners/core/whole-file";
import type { GithubSeed } from "./github/seed";
import type { Instance } from "./instance";
import { topology } from "./topology";

/** A person on Pro, who has neither reviewers nor a list of allowed actions, or an organization on Enterprise. */
export const repositoryOwners = ["person", "organization"] as const;
export type RepositoryOwner = (typeof repositoryOwners)[number];

/** Owner and plan, for messages. */
export const ownerInWords: Readonly<Record<RepositoryOwner, string>> = {
  person: "a person on Pro",
  organization: "an organization on Enterprise",
};

/** `--owner` of the commands that make a lab. */
export const ownerOption = (): Option =>
  new Option("--owner <owner>", "whose private repository it is; default: a person's in a new lab").choices(
    repositoryOwners,
  );

type NamedFolder = Pick<Instance, "name" | "state">;
const fileOf = ({ state }: Pick<Instance, "state">): string => path.join(state, "owner");

/** What a lab wrote when it was begun. */
function remembered(instance: Pick<Instance, "state">): RepositoryOwner | undefined {
  const file = [fileOf(instance), path.join(instance.state, "blank")].find(existsSync);
  return file === undefined ? undefined : (readFileSync(file, "utf8") as RepositoryOwner);
}

/**
 * The owner of the repository of an instance that exists. One that an earlier version made says it only if it is blank,
 * in another file; every other one had an organization's.
 */
export const ownerOf = (instance: Pick<Instance, "state">): RepositoryOwner => remembered(instance) ?? "organization";

/**
 * Settles whose repository the instance has.
 * @param wanted default: the owner that it has, and a person in a new one
 * @param exists whether the lab is there already
 * @throws Error when it is there with the repository of another owner
 */
export function settleOwner(
  instance: NamedFolder,
  wanted: RepositoryOwner | undefined,
  exists: boolean,
): RepositoryOwner {
  const seen = exists ? ownerOf(instance) : remembered(instance);
  const owner = wanted ?? seen ?? "person";
  if (exists && owner !== seen)
    throw new Error(
      `The lab "${instance.name}" is there, with the repository of: ${seen}. Expected no lab of that name, or one with ` +
        `the repository of: ${owner}. Next: npm run lab -- down, then the same command`,
    );
  writeWhole(fileOf(instance), owner);
  return owner;
}

/** Name of the repository, and the login of the account whose tokens the operator uses. */
export interface OwnedRepository {
  readonly owner: string;
  readonly repo: string;
  /** `OWNER/NAME`. */
  readonly fullName: string;
  readonly operator: string;
}

export function repositoryOf(owner: RepositoryOwner): OwnedRepository {
  const { person, owner: organization, operator, repository } = topology.github;
  const { login } = owner === "person" ? person : organization;
  return {
    owner: login,
    repo: repository.name,
    fullName: `${login}/${repository.name}`,
    operator: owner === "person" ? login : operator.login,
  };
}

/**
 * The same GitHub with a person's repository. The operator's and the exporters' tokens are the person's own: a
 * collaborator of a personal repository cannot administer it, and a fine-grained token of one does not reach it.
 * Sources: GitHub, "Permission levels for a personal account repository", "Managing your personal access tokens".
 */
export function ofPerson(usual: GithubSeed): GithubSeed {
  const { person, operator, exporter } = topology.github;
  const administrators: readonly string[] = [operator.login, exporter.login];
  const tokens = usual.tokens.map((token) =>
    administrators.includes(token.login) ? { ...token, login: person.login } : token,
  );
  return { ...usual, tokens, owner: person, users: usual.users.filter(({ login }) => !administrators.includes(login)) };
}
