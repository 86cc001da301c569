import { readFileSync } from "node:fs";
import { notFound } from "../http/errors";
import { type GitHubRoute, plainRoute } from "../http/message";
import { undescribed } from "../http/rest";
import type { Services } from "../services";

const downloads = "/pulumi/pulumi/releases/download";

/** The repository pulumi/pulumi: of it there is the release whose programs the lab has. */
export function pulumiReleaseRoutes({ seed, pulumiArchive }: Services): GitHubRoute[] {
  const releaseOf = async (tag: string | undefined) => {
    const found = await pulumiArchive();
    if (found === undefined || tag !== `v${found.version}`) throw notFound();
    return found;
  };
  return [
    undescribed("GET /repos/pulumi/pulumi/releases/tags/{tag}", "public", async ({ params }) => {
      const { version, name, sha256 } = await releaseOf(params.tag);
      const asset = {
        name,
        state: "uploaded",
        browser_download_url: `${seed.publicUrl}${downloads}/v${version}/${name}`,
        digest: `sha256:${sha256}`,
      };
      return { status: 200, body: { tag_name: `v${version}`, draft: false, prerelease: false, assets: [asset] } };
    }),
    plainRoute("GET", `${downloads}/{tag}/{file}`, "public", async ({ params }) => {
      const { name, file } = await releaseOf(params.tag);
      if (params.file !== name) throw notFound();
      return { status: 200, body: readFileSync(file), headers: { "content-type": "application/octet-stream" } };
    }),
  ];
}
