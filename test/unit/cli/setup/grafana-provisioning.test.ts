import assert from "node:assert/strict";
import { parse } from "yaml";
import { grafanaLacks, providerLines } from "@ghrunners/cli/setup/grafana-provisioning";

const folder = "/var/lib/grafana/dashboards/ghrunners";
type Files = Readonly<Record<string, string>>;

const lacks = (files: Files | undefined, more: { grafana?: number; grafanaReads?: boolean } = {}): string[] =>
  grafanaLacks(
    {
      grafana: more.grafana ?? 200,
      provisioning: files && Object.entries(files).map(([name, text]) => ({ name, text })),
      grafanaReads: more.grafanaReads ?? true,
    },
    folder,
  ).map(({ what }) => what);

/** A provider as people write it. */
const provider = (path: string, more = "", name = "default"): string =>
  `apiVersion: 1\nproviders:\n  - name: '${name}'\n    orgId: 1\n    folder: ''\n    type: file\n${more}    options:\n      path: ${path}\n`;

describe("Grafana's provisioning of dashboards", () => {
  const well: [string, Files][] = [
    ["the lines of the documents", { "ghrunners.yaml": providerLines(folder) }],
    ["a provider of the folder, with its slash", { "a.yml": provider(`${folder}/`) }],
    ["a provider of a folder above", { "default.yaml": provider("/var/lib/grafana/dashboards") }],
    [
      "the folders of the file system",
      { "a.yaml": `${provider("/var/lib/grafana")}      foldersFromFilesStructure: true\n` },
    ],
    ["that switched off", { "a.yaml": `${provider("/var/lib/grafana")}      foldersFromFilesStructure: false\n` }],
    ["a relative path", { "a.yaml": provider("../../../var/lib/grafana/dashboards") }],
    ["several providers and files", { "a.yaml": provider("/srv/theirs"), "b.yaml": provider(folder, "", "b") }],
    ["the former name of the path", { "a.yaml": provider(folder).replace("path:", "folder:") }],
    ["the format before version 5", { "a.yaml": `- name: old\n  type: file\n  options:\n    folder: ${folder}\n` }],
    ["an environment variable as path", { "a.yaml": provider("${DASHBOARDS}") }],
    ["Grafana's example beside it", { "sample.yaml": "# providers:\n", "a.yaml": provider(folder) }],
    ["an empty file beside it", { "empty.yaml": "", "a.yaml": provider(folder) }],
  ];
  for (const [title, files] of well)
    it(`reads the dashboards by ${title}`, () => {
      assert.deepEqual(lacks(files), []);
    });

  const wrong: [string, Files, RegExp][] = [
    [
      "no file",
      {},
      /^no provider in \/etc\/grafana\/provisioning\/dashboards reads \/var\/lib\/grafana\/dashboards\/ghrunners$/,
    ],
    ["Grafana's example alone", { "sample.yaml": provider(folder) }, /^no provider/],
    ["another folder", { "a.yaml": provider("/srv/theirs") }, /^no provider .*, only \/srv\/theirs$/],
    ["a folder whose name begins alike", { "a.yaml": provider(`${folder}-old`) }, /^no provider/],
    ["a folder below", { "a.yaml": provider(`${folder}/more`) }, /^no provider/],
    ["a wrong relative path", { "a.yaml": provider("dashboards") }, /only \/usr\/share\/grafana\/dashboards$/],
    ["another type", { "a.yaml": provider(folder).replace("type: file", "type: git") }, /^no provider/],
    [
      "no apiVersion",
      { "a.yaml": provider(folder).replace("apiVersion: 1\n", "") },
      /a\.yaml has no apiVersion.*\n?no provider/,
    ],
    [
      "a file that is no YAML",
      { "a.yaml": "providers: [", "b.yaml": provider(folder) },
      /a\.yaml is not YAML: Grafana does not start/,
    ],
    [
      "two providers that read it",
      { "a.yaml": provider("/var/lib/grafana"), "b.yaml": provider(folder, "", "b") },
      /^2 providers read .*\/var\/lib\/grafana in .*a\.yaml; .* in .*b\.yaml\): Grafana finds each dashboard twice/,
    ],
    [
      "folders of the file system beside a folder of its own",
      {
        "a.yaml": `${provider(folder, "    folderUid: abc\n").replace("folder: ''", "folder: Team")}      foldersFromFilesStructure: true\n`,
      },
      /foldersFromFilesStructure and both folder and folderUid: Grafana does not start with it/,
    ],
  ];
  for (const [title, files, words] of wrong)
    it(`lacks something with ${title}`, () => {
      assert.match(lacks(files).join("\n"), words);
    });

  it("does not look into a hidden folder", () => {
    const hidden = "/var/lib/grafana/.hidden/ghrunners";
    const provisioning = [{ name: "a.yaml", text: provider("/var/lib/grafana") }];
    assert.equal(grafanaLacks({ grafana: 200, provisioning, grafanaReads: true }, hidden).length, 1);
  });

  it("lacks the right to read the folder", () => {
    assert.match(lacks({ "a.yaml": provider(folder) }, { grafanaReads: false }).join(), /account grafana cannot read/);
  });

  it("is of no concern on a host without Grafana, and not known where it was installed in another way", () => {
    assert.deepEqual(lacks(undefined, { grafana: 0 }), []);
    assert.match(lacks(undefined).join(), /Grafana answers, but has no \/etc\/grafana\/provisioning\/dashboards/);
  });

  it("has the lines that the documents show", () => {
    const options = { path: folder };
    assert.deepEqual(parse(providerLines(folder)), {
      apiVersion: 1,
      providers: [{ name: "ghrunners", type: "file", options }],
    });
  });
});
