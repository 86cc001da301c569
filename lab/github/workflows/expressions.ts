import type { Json, WorkflowTemplate } from "./template";
import type { ExpressionsLibrary } from "./library";
import type { data as Data } from "@actions/expressions" with { "resolution-mode": "import" };

/** The named contexts of an expression: github, env, needs, steps and so on. */
export type Contexts = Readonly<Record<string, Json>>;

/** What the status check functions answer (GitHub: "Status check functions"). */
export interface StatusCheck {
  readonly success: boolean;
  readonly failure: boolean;
  readonly cancelled: boolean;
}

export interface Evaluator {
  /** @throws Error naming the expression when it cannot be evaluated */
  evaluate(template: WorkflowTemplate, contexts: Contexts, status?: StatusCheck): Json;
  /** The value as GitHub turns it into text: null is empty, booleans and numbers are written out. */
  text(template: WorkflowTemplate, contexts: Contexts): string;
  /** Whether a condition holds, by GitHub's rules of what counts as true. */
  holds(condition: string, contexts: Contexts, status: StatusCheck): boolean;
  /** A mapping of text values such as `env` or `outputs`; an absent one is empty. */
  textMap(template: WorkflowTemplate | undefined, contexts: Contexts): Record<string, string>;
}

/** Value of any context as text. */
export function asText(value: Json): string {
  if (value === null) return "";
  return typeof value === "object" ? (Array.isArray(value) ? "Array" : "Object") : String(value);
}

const allContexts = [..."github env vars job jobs steps runner secrets strategy matrix needs inputs".split(" ")];

/**
 * GitHub's evaluator with the status functions added.
 * The library is a parameter because the emulator loads it from its cache and a runner has it bundled.
 */
export function evaluatorWith(library: ExpressionsLibrary): Evaluator {
  const { data, Lexer, Parser, Evaluator: TreeEvaluator } = library;

  const toData = (value: Json): Data.ExpressionData =>
    JSON.parse(JSON.stringify(value), (key, item: unknown) => data.reviver(key, item)) as Data.ExpressionData;
  const fromData = (value: Data.ExpressionData): Json => JSON.parse(JSON.stringify(value, data.replacer)) as Json;

  const refuse = (name: string) => () => {
    throw new Error(`${name}() is not modelled in the lab`);
  };

  function functionsFor(status: StatusCheck | undefined) {
    const answer = (value: boolean) => () => new data.BooleanData(value);
    const implementations: [string, number, () => Data.ExpressionData][] = [
      ["always", 0, answer(true)],
      ["success", 255, answer(status?.success ?? true)],
      ["failure", 255, answer(status?.failure ?? false)],
      ["cancelled", 0, answer(status?.cancelled ?? false)],
      ["hashfiles", 255, refuse("hashFiles")],
    ];
    return implementations.map(([name, maxArgs, call]) => ({ name, minArgs: 0, maxArgs, call }));
  }

  /** The lexer of version 0.3.61 unescapes only the first '' of a string; GitHub's service unescapes all. */
  const tokens = (text: string) =>
    new Lexer(text)
      .lex()
      .tokens.map((token) =>
        /^'.*'$/s.test(token.lexeme) ? { ...token, value: token.lexeme.slice(1, -1).replaceAll("''", "'") } : token,
      );

  function evaluateData(text: string, contexts: Contexts, status: StatusCheck | undefined): Data.ExpressionData {
    try {
      const functions = functionsFor(status);
      const tree = new Parser(tokens(text), allContexts, functions).parse();
      const root = new data.Dictionary();
      for (const name of allContexts) root.add(name, toData(contexts[name] ?? null));
      return new TreeEvaluator(tree, root, new Map(functions.map((item) => [item.name, item]))).evaluate();
    } catch (error) {
      throw new Error(`The expression \${{ ${text} }} cannot be evaluated: ${(error as Error).message}`);
    }
  }

  const evaluate = (template: WorkflowTemplate, contexts: Contexts, status?: StatusCheck): Json => {
    switch (template.kind) {
      case "literal":
        return template.value;
      case "expression":
        return fromData(evaluateData(template.expression, contexts, status));
      case "sequence":
        return template.items.map((item) => evaluate(item, contexts, status));
      case "mapping":
        return Object.fromEntries(
          template.entries.map(([key, value]) => [
            asText(evaluate(key, contexts, status)),
            evaluate(value, contexts, status),
          ]),
        );
    }
  };

  return {
    evaluate,
    text: (template, contexts) =>
      template.kind === "expression"
        ? evaluateData(template.expression, contexts, undefined).coerceString()
        : asText(evaluate(template, contexts)),
    holds: (condition, contexts, status) => truthy(fromData(evaluateData(condition, contexts, status))),
    textMap: (template, contexts) => {
      const value = template === undefined ? {} : evaluate(template, contexts);
      if (value === null || typeof value !== "object" || Array.isArray(value)) return {};
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asText(item)]));
    },
  };
}

/** GitHub: false, 0, -0, "", NaN and null are falsy; objects and arrays are truthy. */
function truthy(value: Json): boolean {
  return value !== null && value !== false && value !== 0 && value !== "";
}
