import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { timestamp } from "../clock";
import { downloadPath, listDistributions, offeredDistributions, releaseViews } from "../distributions";
import { deprecationOf } from "../deprecations";
import { GitHubApiError, notFound, notModelled, unprocessable } from "../http/errors";
import { plainRoute, noContent, type GitHubRoute } from "../http/message";
import { paginate } from "../http/pagination";
import { rest, undescribed } from "../http/rest";
import { ownRunnersAllowed } from "../organization-policy";
import type { Services } from "../services";
import { runnerView } from "../views/runners";
import { findRunner, ofOrganization, ofRepository, runnersIn, type RunnerScope } from "./runner-scope";

/** Self-hosted runners of the repository and of its organization, and releases of their program. */
export const runnerRoutes = (services: Services): GitHubRoute[] => [
  ...[ofRepository, ofOrganization].flatMap((scope) => scopedRoutes(services, scope)),
  ...releaseRoutes(services),
];

/** List, tokens, downloads, removal. */
function scopedRoutes(services: Services, scope: RunnerScope): GitHubRoute[] {
  const { seed, store, presence, runnerTokens } = services;
  const { base, read, write, of } = scope;
  return [
    rest(`GET ${base}`, read, (request) => {
      const name = request.query.get("name");
      const found = runnersIn(services, scope).filter((runner) => name === null || runner.name === name);
      const page = paginate(found, request, seed.publicUrl);
      const runners = page.items.map((runner) => runnerView(runner, presence));
      return { status: 200, headers: page.headers, body: { total_count: page.total, runners } };
    }),
    rest(`GET ${base}/downloads`, read, () => ({
      status: 200,
      body: offeredDistributions(seed.distributionsDir).map((distribution) => ({
        os: distribution.os,
        architecture: distribution.architecture,
        download_url: `${seed.publicUrl}${downloadPath(distribution)}`,
        filename: distribution.file,
        sha256_checksum: distribution.sha256,
      })),
    })),
    rest(`POST ${base}/registration-token`, write, () => {
      if (of === undefined && !ownRunnersAllowed(services)) {
        throw new GitHubApiError(403, "Repository level self-hosted runners are disabled on this repository.");
      }
      const { token, expiresAt } = runnerTokens.issue("registration", of);
      return { status: 201, body: { token, expires_at: expiresAt } };
    }),
    rest(`POST ${base}/remove-token`, write, () => {
      const { token, expiresAt } = runnerTokens.issue("remove", of);
      return { status: 201, body: { token, expires_at: expiresAt } };
    }),
    rest(`POST ${base}/generate-jitconfig`, write, () => {
      throw notModelled("A just-in-time runner configuration (generate-jitconfig)");
    }),
    rest(`GET ${base}/{runner_id}`, read, ({ params }) => ({
      status: 200,
      body: runnerView(findRunner(services, scope, params.runner_id), presence),
    })),
    rest(`DELETE ${base}/{runner_id}`, write, ({ params }) => {
      const { id, name } = findRunner(services, scope, params.runner_id);
      if (presence.isBusy({ id, name })) {
        throw unprocessable(`Bad request - Runner "${name}" is still running a job"`);
      }
      store.change((state, emit) => {
        state.runners = state.runners.filter((runner) => runner.id !== id);
        emit("runner.deleted", { runnerId: id, name });
      });
      presence.gone(id);
      return noContent;
    }),
  ];
}

/** Versions of the runner: their end, and the releases of the repository actions/runner. */
function releaseRoutes(services: Services): GitHubRoute[] {
  const { seed } = services;
  const releases = () => releaseViews(seed, listDistributions(seed.distributionsDir));
  return [
    undescribed(`GET ${ofRepository.base}/deprecations/{version}`, ofRepository.read, ({ params }) => {
      const { version } = z.object({ version: z.string() }).parse(params);
      if (!listDistributions(seed.distributionsDir).some((known) => known.version === version)) throw notFound();
      const ends = deprecationOf(services, version);
      const at = ends === undefined ? null : timestamp(ends);
      return {
        status: 200,
        body: { runner_version: version, runtime_deprecates_at: at, registration_deprecates_at: at },
      };
    }),
    // The repository actions/runner itself: of it there are the releases only.
    undescribed("GET /repos/actions/runner/releases", "public", (request) => {
      const page = paginate(releases(), request, seed.publicUrl);
      return { status: 200, headers: page.headers, body: page.items };
    }),
    undescribed("GET /repos/actions/runner/releases/tags/{tag}", "public", ({ params }) => {
      const found = releases().find(({ tag_name }) => tag_name === params.tag);
      if (found === undefined) throw notFound();
      return { status: 200, body: found };
    }),
    plainRoute("GET", "/actions/runner/releases/download/{tag}/{file}", "public", ({ params }) => {
      const found = listDistributions(seed.distributionsDir).find(
        ({ version, file }) => `v${version}` === params.tag && file === params.file,
      );
      if (found === undefined) throw notFound();
      const body = readFileSync(path.join(seed.distributionsDir, found.file));
      return { status: 200, body, headers: { "content-type": "application/octet-stream" } };
    }),
  ];
}
