import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { faults } from "@ghrunners/lab/faults";
import { commands, fragments, npmScripts, prose, relativeLinks } from "./documents";
import { knownCommands } from "./known-commands";
import { projectRoot } from "@ghrunners/core/project-root";

const read = (file: string): string => readFileSync(path.join(projectRoot, file), "utf8");

/** Files of the project: committed, or about to be. */
const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: projectRoot,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "" && existsSync(path.join(projectRoot, file)));
const documents = files.filter((file) => file.endsWith(".md"));

describe("documents", () => {
  it("are found in the checkout", () => {
    for (const known of ["README.md", "docs/explanation/lab.md", "docs/explanation/architecture.md"])
      assert.ok(documents.includes(known), known);
  });

  // A program lays out what it renders; people wrap the rest.
  for (const file of documents.filter((each) => !read(each).includes("<!-- Rendered from "))) {
    it(`lines of ${file} are wrapped at 120 characters`, () => {
      const lines = prose(read(file)).split("\n");
      assert.deepEqual(
        lines.filter((line) => line.length > 120 && !/^(\||<!--| {4})/.test(line)),
        [],
      );
    });
  }

  for (const file of documents) {
    it(`links of ${file} lead somewhere`, () => {
      for (const link of relativeLinks(read(file))) {
        const [where = "", fragment] = link.split("#");
        const target = where === "" ? file : path.join(path.dirname(file), decodeURIComponent(where));
        assert.ok(existsSync(path.join(projectRoot, target)), `${link}: there is no ${target}`);
        if (fragment === undefined) continue;
        assert.ok(fragments(read(target)).includes(fragment), `${link}: ${target} has no such heading`);
      }
    });

    it(`commands of ${file} are in the list of known commands`, () => {
      const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
      for (const name of npmScripts(read(file))) assert.ok(name in scripts, `package.json has no script ${name}`);
      const unknown = commands(read(file)).filter((line) => !knownCommands.some(({ pattern }) => pattern.test(line)));
      assert.deepEqual(unknown, [], "unknown commands; see test/unit/docs/known-commands.ts");
    });
  }

  it("tests that a document names are there", () => {
    const named = (file: string): string[] => read(file).match(/\btest\/[\w./-]+\.test\.ts\b/g) ?? [];
    for (const file of documents)
      for (const test of named(file)) assert.ok(existsSync(path.join(projectRoot, test)), `${file} names ${test}`);
  });

  it("every difficult behaviour that the lab reproduces has its source and its test", () => {
    const [, section = ""] = read("docs/explanation/lab.md").split("## Difficult behaviour");
    const lines = (section.split(/\n#+ /)[0] ?? "").split("\n").filter((line) => line.startsWith("| "));
    const [head, ...behaviours] = lines.map((line) => line.slice(2, -2).split(" | "));
    assert.deepEqual(head, ["the real system", "in the lab", "source", "test"]);
    assert.ok(behaviours.length > 30, `${behaviours.length} rows`);
    for (const [what, inLab, source, test] of behaviours) {
      assert.ok(inLab && source, what);
      assert.match(test ?? "", /\.test\.ts`|^the same$|npm run test:/, what);
    }
  });

  it("a known command names the code of a test that runs it, or says why none does", () => {
    for (const known of knownCommands) {
      const { pattern } = known;
      if ("notRun" in known) {
        assert.match(known.notRun, /\w+ \w+ \w+/, `${pattern} has no reason`);
        for (const [file] of known.notRun.matchAll(/[\w./-]+\.test\.ts/g))
          assert.ok(
            files.some((each) => each.endsWith(`/${file}`)),
            `${pattern}: there is no ${file}`,
          );
        continue;
      }
      assert.match(known.test, /^(test|lab\/driver)\/.+\.ts$/, `${pattern}: ${known.test} is no test`);
      assert.ok(existsSync(path.join(projectRoot, known.test)), `${pattern}: there is no ${known.test}`);
      // Arguments in quotes or a call: the words of a message or of a title run nothing.
      assert.match(known.by, /["(]/, `${pattern}: ${known.by} is no code`);
      assert.ok(read(known.test).includes(known.by), `${pattern}: ${known.test} does not say ${known.by}`);
    }
  });

  it("no command of a document is in the list twice, as run and as not run", () => {
    for (const line of new Set(documents.flatMap((file) => commands(read(file))))) {
      const kinds = knownCommands.filter(({ pattern }) => pattern.test(line)).map((known) => "notRun" in known);
      assert.ok(new Set(kinds).size < 2, line);
    }
  });

  it("every known command is in a document", () => {
    const all = documents.flatMap((file) => commands(read(file)));
    const unused = knownCommands.filter(({ pattern }) => !all.some((line) => pattern.test(line)));
    assert.deepEqual(unused, []);
  });

  it("docs/explanation/lab.md names every fault, and no other", () => {
    const table = read("docs/explanation/lab.md")
      .split("\n")
      .filter((line) => /^\| `/.test(line) && line.split("|").length === 5);
    const named = table.flatMap((line) =>
      [...(line.split("|")[1] ?? "").matchAll(/`([a-z0-9-]+)`/g)].map(([, name]) => name),
    );
    assert.deepEqual(named.sort(), faults.map(({ name }) => name).sort());
  });

  describe("decisions in docs/adr", () => {
    const decisions = documents.filter((file) => /^docs\/adr\/\d/.test(file));

    it("have consecutive numbers and are all in the list", () => {
      const numbers = decisions.map((file) => path.basename(file).slice(0, 4));
      assert.deepEqual(
        numbers,
        numbers.map((_, index) => String(index + 1).padStart(4, "0")),
      );
      const listed = relativeLinks(read("docs/adr/README.md"));
      assert.deepEqual(
        listed,
        decisions.map((file) => path.basename(file)),
      );
    });

    for (const file of decisions)
      it(`${path.basename(file)} has a status, a context, a decision and consequences, on one page`, () => {
        const text = read(file);
        assert.match(text, /^Status: (accepted|superseded by \d{4})$/m);
        assert.deepEqual(fragments(text).slice(1), ["context", "decision", "consequences"]);
        assert.ok(text.split("\n").length <= 60, "longer than a page");
      });
  });

  it("every room has a purpose in the table of docs/explanation/architecture.md", () => {
    const table = read("docs/explanation/architecture.md");
    const rooms = new Set(files.filter((file) => file.includes("/")).map((file) => file.split("/")[0] as string));
    for (const room of rooms) {
      if (room.startsWith(".") || room === "docs") continue;
      assert.match(table, new RegExp(`^\\| [^|]*\`${room}/`, "m"), `${room}/ is not in the table`);
    }
  });

  it("documents that code, messages and workflows name are there", () => {
    const missing = files
      .filter((file) => /\.(ts|[cm]js|sh|py|ya?ml|md)$/.test(file))
      .flatMap((file) =>
        // Not the pages of other sites: example.org/docs/x.md.
        [...read(file).matchAll(/(?<![\w.-]\/|\w)docs\/[a-z/-]+\.md/g)].map(([named]) => `${file}: ${named}`),
      )
      .filter((line) => !existsSync(path.join(projectRoot, line.split(": ")[1] ?? "")));
    assert.deepEqual(missing, []);
  });

  it("no file holds a path of a developer's machine", () => {
    const here = new Set([projectRoot, process.env.HOME ?? ""].filter((folder) => folder.split("/").length > 2));
    // Homes of people; /home/x and a variable are examples.
    const homes = /(?:^|[\s"'`=(:])\/(?:home|Users)\/(?!x\/|\$|\{)[\w.-]+\//m;
    for (const file of files) {
      const text = read(file);
      for (const folder of here) assert.ok(!text.includes(`${folder}/`), `${file} holds ${folder}`);
      assert.ok(!homes.test(text), `${file}: ${homes.exec(text)?.[0]}`);
    }
  });
});

describe("reading documents", () => {
  it("finds links, headings and commands", () => {
    const text =
      "# A `b` c!\n[x](y.md#z) [w](https://example.org)\n```sh\nnpm run a # why\n\n```\n    npx b\n`npm start` `not one`\n";
    assert.deepEqual(relativeLinks(text), ["y.md#z"]);
    assert.deepEqual(fragments(text), ["a-b-c"]);
    assert.deepEqual(commands(text), ["npm run a", "npx b", "npm start"]);
    assert.deepEqual(npmScripts(text), ["a", "start"]);
  });
});
