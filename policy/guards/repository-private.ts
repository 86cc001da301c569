import type { Guard } from "../guard";

export const preflightType = "pulumi-nodejs:dynamic/ghrunners:Preflight";

/**
 * Visibility is a fact of GitHub and not in the graph: the preflight looks at it. So this guard sees to it that the
 * preflight is not told to look away, and that no managed repository is made public.
 */
export const repositoryPrivate: Guard = {
  name: "repository-private",
  description:
    "The repository is private: on a public one, everybody could propose code that runs on machines of one's own network.",
  types: [preflightType, "github:index/repository:Repository"],
  judge: ({ type, props }) => {
    if (type === preflightType) {
      return props.publicAllowed === true
        ? ["The preflight accepts a public repository. Expected one that refuses it."]
        : [];
    }
    const isPublic = props.visibility === "public" || (props.visibility === undefined && props.private === false);
    return isPublic ? ["The repository is made public. Expected a private one."] : [];
  },
};
