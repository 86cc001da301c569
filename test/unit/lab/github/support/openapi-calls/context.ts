import type { Octokit } from "@octokit/rest";
import type { makeAppKey } from "@ghrunners/lab/app-key";
import { owner, repo, type TestEmulator } from "@ghrunners/lab/driver/emulator";

export const here = { owner, repo } as const;
export const production = { ...here, environment_name: "production" } as const;

/** Who calls, and the emulator that answers. */
export interface ApiCallContext {
  readonly emulator: TestEmulator;
  readonly operator: Octokit;
  readonly reviewer: Octokit;
  /** Key of the App with the id 12. */
  readonly appKey: ReturnType<typeof makeAppKey>;
}

/** Calls by what they are about; together they call every route that GitHub describes and the emulator serves. */
export type ApiCalls = Readonly<Record<string, (context: ApiCallContext) => Promise<void>>>;
