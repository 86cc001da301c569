import type { Guard } from "../guard";

/** @param repository as GitHub shows it to the preflight, or as the program creates it */
export const judgeVisibility = (repository: { readonly name: string; readonly public: boolean }): string[] =>
  repository.public
    ? [
        `${repository.name} is public: anyone could propose code that runs on these machines. ` +
          "Expected a private repository.",
      ]
    : [];

/** The preflight checks the visibility at GitHub, so it must not be configured to skip that. */
export const repositoryPrivate: Guard = {
  name: "repository-private",
  description:
    "The repository is private: on a public one, anyone could propose code that runs on machines of your network.",
  judge: ({ publicAccepted, repository }) => [
    ...(publicAccepted === true ? ["The preflight accepts a public repository. Expected one that refuses it."] : []),
    ...(repository === undefined ? [] : judgeVisibility(repository)),
  ],
};
