/** The first day, step by step, as docs/tutorial/first-day.md tells it. Data. */
import { HOST_USER } from "../hosts/cloud-config";
import { topology } from "../topology";
import { ON_CALL_URL } from "./answers";

export interface FirstDayStep {
  readonly title: string;
  /** As typed in `npm run lab -- shell`. */
  readonly commands: readonly string[];
  /** What a person does there that no command of this project does; absent: nothing. */
  readonly byHand?: string;
  /** Whether it needs machines: SSH, or a runner that takes a job. */
  readonly needsMachines?: boolean;
}

const { monitoring, app } = topology.hosts;
const files = '"$LAB_FILES"';
const keyOf = (address: string): string => `$(ssh-keyscan -t ecdsa ${address} 2>/dev/null | cut -d ' ' -f 2-)`;

export const firstDaySteps: readonly FirstDayStep[] = [
  {
    title: "Prepare Proxmox VE",
    commands: [
      `ghrunners setup proxmox --admin-cidr ${topology.network.gateway}/32 > ${files}/proxmox.sh`,
      `npm run --silent lab -- node-shell < ${files}/proxmox.sh > ${files}/proxmox.txt`,
      `sed -n 's/^│ value *│ \\([^ ]*\\) *│$/pulumi@pve!ghrunners=\\1/p' ${files}/proxmox.txt > ${files}/proxmox-token`,
    ],
    byHand: "run the printed lines as root on the node; copy the token that they show into a file",
  },
  {
    title: "Prepare the monitoring host",
    needsMachines: true,
    commands: [
      `ghrunners setup monitoring --apply --host ${monitoring.address} --user ${HOST_USER} ` +
        `--key-file ${files}/ssh-key --on-call-url ${ON_CALL_URL} --host-key "${keyOf(monitoring.address)}"`,
    ],
    byHand: "compare the host key with the machine's own",
  },
  {
    title: "Add the workflows to the repository",
    commands: [`ghrunners setup workflows --from ${files}/answers.yaml --apply`, "npm run --silent lab -- merge"],
    byHand:
      "write the answers; make the tokens and the App on GitHub's page and store each in a file; review and merge",
  },
  {
    title: "Make the stack",
    commands: [`ghrunners init --from ${files}/answers.yaml --set "monitoring.hostKey=${keyOf(monitoring.address)}"`],
  },
  { title: "Make the runners", commands: ["pulumi preview", "pulumi up --yes --skip-preview"] },
  {
    title: "Look at the result",
    needsMachines: true,
    commands: ["ghrunners status --wait", "ghrunners doctor --limit 60"],
  },
  {
    title: "Prepare deployments",
    needsMachines: true,
    commands: [
      `pulumi config set --secret --path ghrunners:secretValues.RUNNER_VIEW_TOKEN < ${files}/github-exporter-token`,
      `ghrunners init --from ${files}/deployment.yaml --set "targets[0].hostKey=${keyOf(app.address)}"`,
      "pulumi up --yes --skip-preview",
      "ghrunners rotate DEPLOY_KEY --apply",
    ],
    byHand: "write the deployment plan and the workflow that calls deploy.yml",
  },
  { title: "Deploy", needsMachines: true, commands: ["ghrunners deploy --version 1", "ghrunners status"] },
];
