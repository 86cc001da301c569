import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";
import { needsChromium } from "../../support/chromium";
import { pictures, takePictures } from "../../unit/docs/console-pictures";
import { relativeLinks } from "../../unit/docs/documents";

const FOLDER = "docs/pictures";
const LARGEST_BYTES = 150_000;
const files = pictures.map(({ name }) => `${name}.webp`).sort();

/** Width and height of a WebP picture. Source: RFC 9649, section 2.7, extended file format. */
function sizeOf(file: string): [number, number] {
  const bytes = readFileSync(file);
  const kinds = [0, 8, 12].map((at) => bytes.toString("latin1", at, at + 4));
  assert.deepEqual(kinds, ["RIFF", "WEBP", "VP8X"], file);
  return [bytes.readUIntLE(24, 3) + 1, bytes.readUIntLE(27, 3) + 1];
}

function assertWhole(folder: string): void {
  assert.deepEqual(readdirSync(folder).sort(), files, "Next: npx tsx test/unit/docs/console-pictures.ts");
  for (const { name, width, height } of pictures) {
    const file = path.join(folder, `${name}.webp`);
    assert.deepEqual(sizeOf(file), [width, height], name);
    const { length } = readFileSync(file);
    assert.ok(length > 10_000 && length < LARGEST_BYTES, `${name} has ${length} bytes`);
  }
}

describe("pictures of the console", function () {
  this.timeout(60_000);

  it("are all there, small, and as large as the command takes them", () => {
    assertWhole(path.join(projectRoot, FOLDER));
  });

  it("are each shown by a document", () => {
    const documents = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], {
      cwd: projectRoot,
      encoding: "utf8",
    });
    const shown = documents
      .split("\n")
      .filter((file) => file !== "")
      .flatMap((file) => {
        const text = readFileSync(path.join(projectRoot, file), "utf8");
        return relativeLinks(text).map((link) => path.join(path.dirname(file), link));
      });
    assert.deepEqual(
      files.filter((file) => !shown.includes(path.join(FOLDER, file))),
      [],
    );
  });

  it("can be taken again", async function () {
    await needsChromium(this);
    const folder = mkdtempSync(path.join(tmpdir(), "ghr-pictures-"));
    try {
      await takePictures(folder);
      assertWhole(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
