import { type Command, Option } from "commander";
import { action, newCommand } from "../command";
import { port } from "../console/command";

export function command(): Command {
  const root = newCommand("setup", {
    summary: "prepares Proxmox VE, GitHub, its repository and the monitoring host",
    about: "Prints the commands that prepare another system for a stack. Changes nothing, except with --apply.",
    examples: [
      "ghrunners setup proxmox",
      "ghrunners setup github",
      "ghrunners setup monitoring",
      "ghrunners setup workflows",
    ],
    exitCodes: "0 printed or ready",
  });
  root.addCommand(
    newCommand("proxmox", {
      summary: "role, user and API token of Proxmox VE",
      about:
        "Prints shell lines for a Proxmox VE node: a role with exactly the privileges that the preview demands, a user, an API " +
        "token with privilege separation, and their entries. Storages, bridge and pool are those of the stack where it has some. " +
        "With an image storage the token may also download an image and make the template. With a network of administrators the " +
        "lines also turn the datacenter's firewall on, which is off by default; then only that network and the nodes' own reach the nodes.",
      examples: [
        "ghrunners setup proxmox",
        "ghrunners setup proxmox --storage local-zfs --bridge vmbr1 --pool runners",
        "ghrunners setup proxmox --bridge vnet1 --zone zone1",
        "ghrunners setup proxmox --image-storage local",
        "ghrunners setup proxmox --admin-cidr 192.168.0.0/24",
        "ghrunners setup proxmox | ssh root@pve.example.org sh",
      ],
      exitCodes: "0 printed, 1 the stack's file cannot be read",
      json: "setup-proxmox",
    })
      .option("--token <id>", "token to make, USER@REALM!TOKENID", "pulumi@pve!ghrunners")
      .option("--storage <name>", "storage for disks; default: the stack's, or local-lvm")
      .option("--bridge <name>", "bridge of the machines; default: the stack's, or vmbr0")
      .option(
        "--zone <name>",
        "SDN zone of the bridge, if it is a virtual network; default: localnetwork, that of bridges",
      )
      .option("--pool <name>", "resource pool for the machines; default: the stack's, or none")
      .option("--image-storage <name>", "storage for the templates' image; default: the stack's, or none")
      .option("--admin-cidr <network>", "turn the datacenter's firewall on; who may still reach the nodes")
      .action(action(() => (require("./proxmox") as typeof import("./proxmox")).setupProxmox)),
  );
  root.addCommand(
    newCommand("github", {
      summary: "GitHub Apps in place of personal tokens",
      about:
        "Prints a link for each credential of a stack that opens GitHub's page for a new App, with exactly the permissions " +
        "that it needs, and what comes after it. Asks GitHub nothing. With --register it serves a page on 127.0.0.1 for a browser " +
        "instead: one button for each App, GitHub's page behind it, and the installation. The command stores each App's key in the " +
        "stack's configuration when the App is installed, and shows it nowhere.",
      examples: [
        "ghrunners setup github",
        "ghrunners setup github --repository octo-org/demo-app --organization",
        "ghrunners setup github --register --open",
        "ghrunners setup github --register --only failoverToken",
      ],
      exitCodes: "0 printed, or every App is stored; 1 not all were in an hour, 130 ended by Ctrl-C",
      json: "setup-github",
    })
      .option("--repository <owner/name>", "repository of the runners; default: the stack's")
      .option("--organization", "the repository's owner is an organization")
      .option("--register", "register them by a page in the browser, and store their keys in the stack")
      .option("--only <setting>", "with --register, one of githubToken, exporterToken and failoverToken")
      .addOption(
        new Option("--port <number>", "with --register, port on 127.0.0.1; default: a free one").argParser(port),
      )
      .option("--open", "with --register, open the page in the default browser")
      .action(action(() => (require("./github") as typeof import("./github")).setupGitHub)),
  );
  root.addCommand(
    newCommand("github-credential", {
      summary: "the credential of a GitHub App, for a pipe to pulumi config set",
      about: "Prints the ids and the private key of an App as the settings take them. Refuses to print to a terminal.",
      examples: [
        "ghrunners setup github-credential --app-id 123456 --installation-id 7654321 --key-file app.pem | pulumi config set --secret ghrunners:failoverToken",
      ],
      exitCodes: "0 printed",
    })
      .requiredOption("--app-id <number>", "id of the App, on its page at GitHub")
      .requiredOption("--installation-id <number>", "number at the end of the address of its installation")
      .requiredOption("--key-file <file>", "private key that GitHub downloaded")
      .action(action(() => (require("./github") as typeof import("./github")).printCredential)),
  );
  root.addCommand(
    newCommand("monitoring", {
      summary: "Prometheus, Alertmanager and node exporter of the monitoring host",
      about:
        "Looks at the monitoring host and says what the program needs there. An empty Debian machine is set up with --apply: " +
        "Debian's packages, and a configuration in the place of Debian's own. On a machine with a Prometheus of its own, " +
        "however it was installed, the command only reads, and prints the lines that its owner adds. If no machine is known, " +
        "it prints the script for an empty one.",
      examples: [
        "ghrunners setup monitoring",
        "ghrunners setup monitoring --apply",
        "ghrunners setup monitoring --host 192.168.0.200 --user operator --host-key 'ssh-ed25519 AAAA...' --key-file ~/.ssh/ghrunners",
      ],
      exitCodes: "0 ready, or printed for no machine; 1 something is missing",
      json: "setup-monitoring",
    })
      .option("--host <address>", "IPv4 address; default: the stack's monitoring.host")
      .option("--user <name>", "user with password-less sudo; default: the stack's monitoring.user")
      .option("--host-key <key>", "pinned host key; default: the stack's monitoring.hostKey")
      .option("--key-file <file>", "private key to log in with; default: the stack's sshPrivateKey")
      .option("--on-call-url <url>", "webhook of on-call; default: the stack's monitoring.alertmanager.onCallUrl")
      .option("--apply", "set up an empty machine")
      .action(action(() => (require("./monitoring") as typeof import("./monitoring")).setupMonitoring)),
  );
  root.addCommand(
    newCommand("workflows", {
      summary: "the workflows of the repository, as a pull request",
      about:
        "Compares the default branch with the files that the runners and the deployments need there: workflows, their scripts " +
        "and the deployer. With --apply it opens a pull request with what is missing or different, on a branch of its own with one " +
        "commit, or updates the one that is open. It never overwrites a branch that someone else changed. The token needs " +
        "Contents, Pull requests and Workflows: write.",
      examples: [
        "ghrunners setup workflows",
        "ghrunners setup workflows --apply --token-file own-token",
        "ghrunners setup workflows --from answers.yaml --apply",
      ],
      exitCodes: "0 the default branch has every file, or the pull request is open; 1 files are missing, or refused",
      json: "setup-workflows",
    })
      .option("--from <file>", "answers for ghrunners init, before there is a stack")
      .option("--token-file <file>", "file with a token of yours; default: workflowsTokenFile, or githubToken")
      .option("--apply", "open or update the pull request")
      .action(action(() => (require("./workflows") as typeof import("./workflows")).setupWorkflows)),
  );
  return root;
}
