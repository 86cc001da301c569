/** The dashboards as one HTML file, to keep or to send: the console's charts with their data. */
import path from "node:path";
import type { PageFiles } from "../console/assets";
import type { DashboardData } from "../console/panels";
import { escape } from "./format";

/** First file of the page's script. */
export const filePage = path.join(__dirname, "page/main.tsx");

/** What the file shows. */
export interface DashboardsFile {
  readonly environment: string;
  /** Address of the Prometheus that was asked. */
  readonly prometheus: string;
  readonly dashboards: readonly DashboardData[];
}

/** The browser itself keeps the file from asking anything of another place. */
const policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'";

/**
 * The file's text. Pure.
 * @param files the bundle of {@link filePage}
 */
export function renderPage(shown: DashboardsFile, { script, style }: PageFiles): string {
  // Within a script, `</script` ends it, whatever it stands in.
  const data = JSON.stringify(shown).replaceAll("<", "\\u003c");
  const code = script.replaceAll("</script", "<\\/script");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(shown.environment)}: GitHub runners</title>
<style>${style}</style>
</head>
<body><div id="page"></div><noscript>This page needs JavaScript. Without it: ghrunners dashboards check.</noscript>
<script type="application/json" id="dashboards">${data}</script>
<script type="module">${code}</script>
</body>
</html>
`;
}
