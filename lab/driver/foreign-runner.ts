import assert from "node:assert/strict";
import { loopbackPorts } from "../forwards";
import type { Rehearsal } from "./rehearsal";

/**
 * A runner on a foreign machine: registered at GitHub and connected.
 * @param labels beside GitHub's defaults
 * @returns its sign of life, without which GitHub soon shows it offline
 */
export async function registerElsewhere(
  rehearsal: Rehearsal,
  name: string,
  labels: readonly string[] = [],
): Promise<() => Promise<unknown>> {
  const base = `https://127.0.0.1:${loopbackPorts(rehearsal.lab.instance).github}`;
  const { data } = await rehearsal.octokit.rest.actions.createRegistrationTokenForRepo(rehearsal.repository);
  const post = async (call: string, authorization: string, body: object): Promise<Record<string, unknown>> => {
    const response = await fetch(`${base}/_lab/runner/${call}`, {
      method: "POST",
      headers: { authorization, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    assert.equal(response.status, 201, await response.clone().text());
    return (await response.json()) as Record<string, unknown>;
  };
  const { owner, repo } = rehearsal.repository;
  const kind = { version: "2.336.0", os: "Linux", architecture: "X64" };
  const flags = { defaultLabels: true, replace: false, ephemeral: false, disableUpdate: true };
  const registration = { url: `${rehearsal.lab.githubUrl}/${owner}/${repo}`, name, labels, ...kind, ...flags };
  const { credential } = await post("register", `RemoteAuth ${data.token}`, registration);
  const alive = (): Promise<unknown> =>
    post("session", `Bearer ${String(credential)}`, { ...kind, owner: "elsewhere" });
  await alive();
  return alive;
}
