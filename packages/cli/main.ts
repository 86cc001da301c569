/** What an operator runs beside `pulumi`: one command, one folder, loaded only when it is asked for. */
interface OpsCommand {
  readonly summary: string;
  /** Reads its arguments from `process.argv.slice(2)`, as every command does. */
  readonly load: () => unknown;
}

const commands: Readonly<Record<string, OpsCommand>> = {
  alerts: {
    summary: "what fires now, and what on-call was told",
    load: () => require("./alerts/main") as unknown,
  },
  "blast-radius": {
    summary: "what a preview would touch, as Markdown for a pull request",
    load: () => require("./blast-radius/main") as unknown,
  },
  drift: {
    summary: "what differs between state, GitHub and hosts, and what repairs it",
    load: () => require("./drift/main") as unknown,
  },
  gate: {
    summary: "which runner deploys next, and why",
    load: () => require("./gate/main") as unknown,
  },
  incidents: {
    summary: "what went wrong with deployments, and who was told",
    load: () => require("./incidents/main") as unknown,
  },
  maintenance: {
    summary: "takes a runner out of service for a time, and says which one is",
    load: () => require("./maintenance/main") as unknown,
  },
  "restore-monitoring": {
    summary: "the files on the monitoring host, as the state has them",
    load: () => require("./restore-monitoring/main") as unknown,
  },
  "restore-protection": {
    summary: "reviewers and pause of the environment, as the state has them",
    load: () => require("./restore-protection/main") as unknown,
  },
  review: {
    summary: "documents about a deployment, from its records; the success criteria",
    load: () => require("./review/main") as unknown,
  },
  "rollback-runners": {
    summary: "the runners' settings as they were last proved, and the stack up with them",
    load: () => require("./rollback-runners/main") as unknown,
  },
  rotate: {
    summary: "a new value for a secret, without a moment in which nothing opens",
    load: () => require("./rotate/main") as unknown,
  },
};

const help = `usage: npm run ops -- <command> [arguments]

Commands:
${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(20)} ${summary}`)
  .join("\n")}

npm run ops -- <command> --help explains one of them.
`;

const [name, ...rest] = process.argv.slice(2);
const command = name === undefined ? undefined : commands[name];
if (name === undefined || name === "--help") {
  process.stdout.write(help);
  process.exitCode = name === undefined ? 2 : 0;
} else if (command === undefined) {
  process.stderr.write(`Unknown command "${name}".\n\n${help}`);
  process.exitCode = 2;
} else {
  process.argv.splice(2, process.argv.length - 2, ...rest);
  command.load();
}
