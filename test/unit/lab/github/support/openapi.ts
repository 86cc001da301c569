import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { baseFolders } from "@ghrunners/lab/instance";
import type { Exchange } from "@ghrunners/lab/driver/https-fetch";
import { projectRoot } from "@ghrunners/core/project-root";

const contract = path.resolve(projectRoot, "test/contract");
const source = "node_modules/@octokit/openapi/generated/api.github.com.json";

/**
 * GitHub's OpenAPI description as published on npm, in the cache by the lock file that pins it. The package unpacks to
 * 385 MB; only the one file that is read stays.
 */
export function ensureDescription(): string {
  const lock = readFileSync(path.join(contract, "package-lock.json"));
  const key = createHash("sha256").update(lock).digest("hex").slice(0, 16);
  const folder = path.join(baseFolders().cache, "openapi", key);
  const file = path.join(folder, "api.github.com.json");
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(path.join(folder, "install-"));
  try {
    for (const name of ["package.json", "package-lock.json"])
      copyFileSync(path.join(contract, name), path.join(work, name));
    execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: work, stdio: "pipe" });
    renameSync(path.join(work, source), file);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return file;
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
interface Description {
  readonly paths: Record<
    string,
    Record<string, { responses: Record<string, { $ref?: string; content?: Record<string, unknown> }> }>
  >;
}

/** OpenAPI 3.0 says `nullable: true` where JSON Schema has a union with null. */
function toJsonSchema(node: Json): Json {
  if (Array.isArray(node)) return node.map(toJsonSchema);
  if (node === null || typeof node !== "object") return node;
  const { nullable, ...rest } = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, toJsonSchema(value)]),
  );
  if (nullable !== true) return rest;
  const type = rest.type;
  if (typeof type === "string" && rest.enum === undefined) return { ...rest, type: [type, "null"] };
  return { anyOf: [rest, { type: "null" }] };
}

const pointer = (...parts: string[]): string =>
  parts.map((part) => `/${encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))}`).join("");

/** Judges exchanges by GitHub's own description. */
export class OpenApiValidator {
  private readonly ajv: Ajv;
  private readonly description: Description;
  private readonly templates: { readonly template: string; readonly pattern: RegExp }[];
  private readonly compiled = new Map<string, ValidateFunction>();

  constructor(file: string = ensureDescription()) {
    this.description = toJsonSchema(JSON.parse(readFileSync(file, "utf8")) as Json) as unknown as Description;
    this.ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false });
    addFormats(this.ajv);
    this.ajv.addSchema(this.description, "github");
    const parameters = (template: string): number => template.split("{").length;
    this.templates = Object.keys(this.description.paths)
      .sort((a, b) => parameters(a) - parameters(b))
      .map((template) => ({
        template,
        pattern: new RegExp(`^${template.replace(/\{path\}$/, ".+").replace(/\{[^}]+\}/g, "[^/]+")}$`),
      }));
  }

  /** `GET /repos/{owner}/{repo}`; undefined for what GitHub's description does not have. */
  operationOf({ method, url }: Pick<Exchange, "method" | "url">): string | undefined {
    const call = url.pathname.replace(/^\/api\/v3/, "").replace(/^\/repositories\/\d+\//, "/repos/o/r/") || "/";
    const verb = method.toLowerCase();
    const found = this.templates.find(
      ({ template, pattern }) => pattern.test(call) && this.description.paths[template]?.[verb] !== undefined,
    );
    return found && `${method} ${found.template}`;
  }

  has(operation: string): boolean {
    const [method = "", template = ""] = operation.split(" ");
    return this.description.paths[template]?.[method.toLowerCase()] !== undefined;
  }

  /** What is wrong with the answer; an empty list when GitHub's description allows it. */
  problems(exchange: Exchange): string[] {
    const operation = this.operationOf(exchange);
    if (operation === undefined) return [];
    const [method = "", template = ""] = operation.split(" ");
    const where = [`paths`, template, method.toLowerCase(), "responses", String(exchange.status)];
    const response = this.description.paths[template]?.[method.toLowerCase()]?.responses[String(exchange.status)];
    const isGeneralError = [400, 401, 403, 404, 429, 500, 501].includes(exchange.status);
    if (response === undefined) {
      if (exchange.status === 304) return [];
      if (isGeneralError) return this.check(pointer("components", "schemas", "basic-error"), exchange);
      return [`${operation}: status ${exchange.status} is not in the description`];
    }
    if (response.$ref !== undefined) {
      return this.check(`${response.$ref.slice(1)}${pointer("content", "application/json", "schema")}`, exchange);
    }
    if (response.content === undefined) {
      return exchange.body === "" ? [] : [`${operation}: ${exchange.status} must have no body, got ${exchange.body}`];
    }
    return this.check(pointer(...where, "content", "application/json", "schema"), exchange);
  }

  private check(schema: string, { method, url, status, body }: Exchange): string[] {
    const validate = this.compiled.get(schema) ?? this.ajv.compile({ $ref: `github#${schema}` });
    this.compiled.set(schema, validate);
    if (validate(JSON.parse(body))) return [];
    return (validate.errors ?? []).map(
      (error) =>
        `${method} ${url.pathname} ${status}: ${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`,
    );
  }
}
