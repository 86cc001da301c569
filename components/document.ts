/**
 * docs/reference/components.md, rendered from the docstrings of what index.ts exports. A test compares the file with
 * this text. Run this file to write it: npx tsx components/document.ts
 */
import { writeFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

/** A property of a class or of its arguments. */
export interface DocumentedProperty {
  readonly name: string;
  readonly required: boolean;
  readonly type: string;
  readonly meaning: string;
  readonly default: string;
  readonly example: string;
}

/** An export of the package. */
export interface Documented {
  readonly name: string;
  readonly kind: "component" | "function" | "group" | "union";
  readonly meaning: string;
  readonly properties: readonly DocumentedProperty[];
  /** For a component: the type of its arguments. For a function: its parameters. For a union: its members. */
  readonly of: string;
}

const folder = __dirname;
const entry = path.join(folder, "index.ts");

function tag(symbol: ts.Symbol, name: string): string {
  const found = symbol.getJsDocTags().find((each) => each.name === name);
  return ts.displayPartsToString(found?.text).replace(/\s+/g, " ").trim();
}

const oneLine = (text: string): string =>
  text
    .replace(/\{@link (\w+)\}/g, "$1")
    .replace(/\s+/g, " ")
    .trim();

/** Everything that index.ts exports, in its order. */
export function exportsOfPackage(): Documented[] {
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    skipLibCheck: true,
    types: [],
  };
  const program = ts.createProgram([entry], options);
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(entry);
  const module = file && checker.getSymbolAtLocation(file);
  if (module === undefined) throw new Error(`${entry} exports nothing that TypeScript can read.`);

  const meaningOf = (symbol: ts.Symbol): string =>
    oneLine(ts.displayPartsToString(symbol.getDocumentationComment(checker)));

  function property(symbol: ts.Symbol): DocumentedProperty {
    const [declaration] = symbol.declarations ?? [];
    const node =
      declaration !== undefined && (ts.isPropertySignature(declaration) || ts.isPropertyDeclaration(declaration))
        ? declaration
        : undefined;
    const type = oneLine(node?.type?.getText() ?? "").replace(/pulumi\.(Input|Output|Resource)/g, "$1");
    return {
      name: symbol.name,
      required: (symbol.flags & ts.SymbolFlags.Optional) === 0,
      type: type.replace(/ \| undefined$/, "").replace(/readonly /g, ""),
      meaning: meaningOf(symbol),
      default: tag(symbol, "default"),
      example: tag(symbol, "example"),
    };
  }

  function propertiesOf(type: ts.Type): DocumentedProperty[] {
    return type
      .getProperties()
      .filter(({ declarations: [where] = [] }) => where !== undefined && isOurs(where) && isPublic(where))
      .map(property);
  }

  return checker.getExportsOfModule(module).map((exported): Documented => {
    const symbol = (exported.flags & ts.SymbolFlags.Alias) === 0 ? exported : checker.getAliasedSymbol(exported);
    const [name, meaning] = [exported.name, meaningOf(symbol)];
    const [declaration] = symbol.declarations ?? [];
    if (declaration === undefined) throw new Error(`${name} has no declaration.`);
    if (ts.isClassDeclaration(declaration)) {
      const parameters = declaration.members.find(ts.isConstructorDeclaration)?.parameters;
      const properties = propertiesOf(checker.getDeclaredTypeOfSymbol(symbol));
      return { name, kind: "component", meaning, properties, of: parameters?.[1]?.type?.getText() ?? "" };
    }
    if (ts.isFunctionDeclaration(declaration)) {
      const of = declaration.parameters.map(({ type }) => type?.getText() ?? "").join(", ");
      return { name, kind: "function", meaning, properties: [], of };
    }
    const type = checker.getDeclaredTypeOfSymbol(symbol);
    if (type.isUnion() || (ts.isTypeAliasDeclaration(declaration) && ts.isUnionTypeNode(declaration.type))) {
      const of = ts.isTypeAliasDeclaration(declaration) ? oneLine(declaration.type.getText()) : "";
      return { name, kind: "union", meaning, properties: [], of };
    }
    return { name, kind: "group", meaning, properties: propertiesOf(type), of: "" };
  });
}

const isOurs = (node: ts.Node): boolean => !node.getSourceFile().fileName.includes("/node_modules/");
const isPublic = (node: ts.Node): boolean =>
  (ts.getCombinedModifierFlags(node as ts.Declaration) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) ===
    0 &&
  !ts.isConstructorDeclaration(node) &&
  !ts.isMethodDeclaration(node);

const cell = (text: string): string => text.replace(/\|/g, "\\|");
const code = (text: string): string => (text === "" ? "" : `\`${cell(text)}\``);

function table(properties: readonly DocumentedProperty[], known: ReadonlySet<string>): string {
  const ordered = [...properties].sort((a, b) => Number(b.required) - Number(a.required));
  const rows = ordered.map(({ name, type, required, meaning, default: byDefault, example }) => {
    const group = [...known].find((each) => new RegExp(`\\b${each}\\b`).test(type));
    const link = group === undefined ? "" : ` ([${group}](#${group.toLowerCase()}))`;
    const value = required
      ? "**required**"
      : /^["[{\d]|^(true|false)$/.test(byDefault)
        ? code(byDefault)
        : cell(byDefault);
    return `| \`${name}\` | ${code(type)}${link} | ${cell(meaning)} | ${value} | ${code(example)} |`;
  });
  return ["| argument | type | meaning | default | example |", "|---|---|---|---|---|", ...rows].join("\n");
}

function outputs(properties: readonly DocumentedProperty[]): string {
  const rows = properties.map(({ name, type, meaning }) => `| \`${name}\` | ${code(type)} | ${cell(meaning)} |`);
  return rows.length === 0 ? "" : ["", "| output | type | meaning |", "|---|---|---|", ...rows, ""].join("\n");
}

/** Breaks a paragraph at its spaces so that no line is longer than 120 characters. Tables and code stay as they are. */
function wrap(line: string): string {
  if (line.startsWith("|") || line.startsWith("    ")) return line;
  const lines = [""];
  for (const word of line.split(" ")) {
    const last = lines.at(-1) ?? "";
    if (last !== "" && `${last} ${word}`.length > 120) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines.join("\n");
}

export function renderDocument(all: readonly Documented[] = exportsOfPackage()): string {
  const named = (name: string): Documented | undefined => all.find((one) => one.name === name);
  const known = new Set(all.filter(({ kind }) => kind === "group" || kind === "union").map(({ name }) => name));
  const components = all.filter(({ kind }) => kind === "component");
  const shownWithComponent = new Set(components.map(({ of }) => of));
  const sections = components.map(
    ({ name, meaning, of, properties }) => `## ${name}

${meaning}

\`new ${name}(name, args: ${of}, opts?: pulumi.ComponentResourceOptions)\`. ${(named(of)?.meaning ?? "").replace(/^Arguments of \w+\. /, "")}

${table(named(of)?.properties ?? [], known)}
${outputs(properties)}`,
  );
  const functions = all
    .filter(({ kind }) => kind === "function")
    .map(({ name, meaning, of }) => `### ${name}\n\n${meaning} Its parameters: \`${of}\`.\n`);
  const texts = all.flatMap(({ properties, of }) => [of, ...properties.map(({ type }) => type)]);
  const groups = all
    .filter(({ kind, name }) => kind === "group" && !shownWithComponent.has(name))
    .filter(({ name }) => texts.some((text) => new RegExp(`\\b${name}\\b`).test(text)))
    .map(({ name, meaning, properties }) => `### ${name}\n\n${meaning}\n\n${table(properties, known)}\n`);
  const unions = all
    .filter(({ kind }) => kind === "union")
    .map(({ name, meaning, of }) => `### ${name}\n\n${meaning} One of: ${of.split(" | ").map(code).join(", ")}.\n`);
  const text = `# Components

<!-- Rendered from the docstrings of components/ by \`npx tsx components/document.ts\`; a test compares the two. -->

The components of \`@ghrunners/components\`, with their arguments and outputs. For developers who use them in a Pulumi
program of their own, in a workspace of this repository; [examples](../../examples) contains two such programs.

Providers, parents and dependencies are passed in Pulumi's own options: \`{ provider, parent, dependsOn }\`. An argument
of the type \`Input\` may be an output of another resource. Every other argument must be a plain value that is known at
preview; the word "Plain" in its description, or in that of its group, introduces the reason. Each constructor checks
its arguments and reports all problems at once.

Dynamic resources run in a separate process of Pulumi. They read their secrets from the configuration of this package,
whichever name your program has. The secrets are not stored in the state:

    pulumi config set --secret ghrunners:githubToken
    pulumi config set --secret ghrunners:sshPrivateKey < PRIVATE_KEY_FILE

A fleet exporter also needs \`ghrunners:exporterToken\`, and a failover switch \`ghrunners:failoverToken\`.

${sections.join("\n")}
## Groups of arguments

${[...groups, ...unions, ...functions].join("\n")}`;
  return text.split("\n").map(wrap).join("\n");
}

if (require.main === module) {
  writeFileSync(path.join(folder, "..", "docs", "reference", "components.md"), renderDocument());
}
