import * as pulumi from "@pulumi/pulumi";
import { local } from "@pulumi/command";
import * as random from "@pulumi/random";
import { appendFileSync } from "node:fs";

const config = new pulumi.Config();
const word = config.require("word");
const journal = config.require("journal");

interface Inputs {
  readonly word: string;
}

/** Serialised into the state: it only loads its implementation from the project folder. */
class Greeter implements pulumi.dynamic.ResourceProvider<Inputs, Inputs & { greeting: string }> {
  private suffix = "";
  async configure(request: pulumi.dynamic.ConfigureRequest): Promise<void> {
    this.suffix = request.config.require("suffix");
  }
  private greet(inputs: Inputs): string {
    require("tsx/cjs");
    const implementation = require(process.cwd() + "/implementation.ts") as typeof import("./implementation");
    return implementation.greeting(inputs.word, this.suffix);
  }
  async create(inputs: Inputs): Promise<pulumi.dynamic.CreateResult<Inputs & { greeting: string }>> {
    return { id: "greeter", outs: { ...inputs, greeting: this.greet(inputs) } };
  }
  async diff(_id: string, olds: Inputs, news: Inputs): Promise<pulumi.dynamic.DiffResult> {
    return { changes: olds.word !== news.word };
  }
  async update(
    _id: string,
    _olds: Inputs,
    news: Inputs,
  ): Promise<pulumi.dynamic.UpdateResult<Inputs & { greeting: string }>> {
    return { outs: { ...news, greeting: this.greet(news) } };
  }
}

class Greeting extends pulumi.dynamic.Resource {
  declare readonly greeting: pulumi.Output<string>;
  constructor(name: string, args: { word: string }, options: pulumi.CustomResourceOptions) {
    super(new Greeter(), name, { ...args, greeting: undefined }, options);
  }
}

const note = new pulumi.ResourceHook("note", (args) => appendFileSync(journal, `${args.name}\n`));
const greeting = new Greeting("greeting", { word }, { hooks: { afterCreate: [note], beforeUpdate: [note] } });

const command = new local.Command(
  "command",
  {
    create: "echo $VALUE",
    update: "echo updated",
    environment: { VALUE: "from the program" },
    triggers: [config.get("trigger") ?? ""],
  },
  { transforms: [({ props, opts }) => ({ props: { ...props, environment: { VALUE: "from the transform" } }, opts })] },
);

const password = new random.RandomPassword("password", { length: 32 });

export const said = command.stdout;
export const greeted = greeting.greeting;
export const identifier = new random.RandomId("identifier", { byteLength: 4 }).hex;
export const secret = password.result;
