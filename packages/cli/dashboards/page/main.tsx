/** The page of `ghrunners dashboards render`: its data stands in the file beside this script. */
import { render } from "preact";
import { useAddressed } from "../../console/page/address";
import { DashboardRows } from "../../console/page/panels";
import { ThemeSwitch } from "../../console/page/theme";
import "../../console/page/style.css";
import { clock, moment } from "../format";
import type { DashboardsFile } from "../page-file";

function Page({ shown: { environment, prometheus, dashboards } }: { readonly shown: DashboardsFile }) {
  const [first = "", ...others] = dashboards.map(({ dashboard }) => dashboard);
  const uid = useAddressed([first, ...others]);
  const data = dashboards.find(({ dashboard }) => dashboard === uid);
  return (
    <>
      <header>
        <h1>{environment}</h1>
        <nav aria-label="Dashboards">
          {dashboards.map(({ dashboard, title }) => (
            <a key={dashboard} href={`#${dashboard}`} aria-current={dashboard === uid ? "page" : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <ThemeSwitch />
      </header>
      {data === undefined ? null : (
        <main>
          <h2>{data.title}</h2>
          <p class="quiet">
            {moment(data.window.start)} to {clock(data.window.end)} UTC, from {prometheus}
          </p>
          <DashboardRows data={data} />
        </main>
      )}
    </>
  );
}

const text = document.getElementById("dashboards")?.textContent;
const place = document.getElementById("page");
if (text && place !== null) render(<Page shown={JSON.parse(text) as DashboardsFile} />, place);
