import { github, heal, name, ofRunner, ofRunnerVersion, ofUnit, ofVitals, tellsEach } from "./changed";
import { at, healthy } from "./facts";

describe("the doctor's checks of hosts, runners and who deploys", () => {
  tellsEach([
    [
      "a host that does not answer",
      {
        ...healthy(),
        hosts: { ...healthy().hosts, [name]: { error: "no answer. Expected one. Next: look at the console" } },
      },
      `problem runner-ssh ${name}`,
      /console/,
    ],
    [
      "a login that does not become root",
      { ...healthy(), hosts: { ...healthy().hosts, [name]: { error: "sudo: a password is required", bySudo: true } } },
      `problem runner-sudo ${name}`,
      /^pulumi up --replace 'urn:lab-runner'$/,
    ],
    [
      "a unit that GitHub refuses for its version",
      ofUnit({ active: "activating", words: "Runner version v2.300.0 is deprecated and cannot receive messages." }),
      `problem runner-unit ${name}`,
      /agent\.version/,
    ],
    [
      "a unit that has given up without its registration",
      ofUnit({
        active: "failed",
        words: "The runner registration has been deleted from the server, please re-configure.",
      }),
      `problem runner-unit ${name}`,
      heal,
    ],
    [
      "a unit that has given up without its credentials, whatever it said",
      ofUnit({ active: "failed", hasCredentials: false }),
      `problem runner-unit ${name}`,
      heal,
    ],
    [
      "a unit at work that will not start again, for want of its credentials",
      ofUnit({ hasCredentials: false }),
      `warning runner-unit ${name}`,
      heal,
    ],
    [
      "a runner that is busy without a job",
      ofRunner({ busy: true }),
      `warning runner-registered ${name}`,
      /systemctl restart actions\.runner\.octo-org-demo-app\.lab-runner\.service$/,
    ],
    ["a stopped unit", ofUnit({ active: "inactive" }), `problem runner-unit ${name}`, heal],
    [
      "a work folder of another user",
      ofUnit({ unusable: "/opt/actions-runner/_work" }),
      `problem runner-work-folder ${name}`,
      /^pulumi up --replace 'urn:lab-runner'$/,
    ],
    ["a full disk", ofVitals({ disk: 0.99 }), `problem runner-disk ${name}`, /sudo du/],
    ["a disk that fills", ofVitals({ disk: 0.9 }), `warning runner-disk ${name}`, /sudo du/],
    ["no inodes", ofVitals({ inodes: 1 }), `problem runner-inodes ${name}`, /--inodes/],
    [
      "a host's wrong clock",
      ofVitals({ clock: at.getTime() / 1000 - 300 }),
      `problem runner-clock ${name}`,
      /timedatectl/,
    ],
    [
      "a runner that is offline",
      ofRunner({ online: false }),
      `problem runner-registered ${name}`,
      /systemctl restart actions\.runner\.octo-org-demo-app\.lab-runner\.service$/,
    ],
    ["a runner without its labels", ofRunner({ labels: ["self-hosted"] }), `problem runner-registered ${name}`, heal],
    ["a runner that GitHub does not know", ofRunner({ name: "another" }), `problem runner-registered ${name}`, heal],
    [
      "a runner too old to register",
      ofRunner({ version: "2.300.0" }),
      `problem runner-version ${name}`,
      /agent\.version/,
    ],
    ["a version of five more days", ofRunnerVersion(5), "problem runner-version lab-runner", /agent\.version/],
    [
      "a runner in maintenance",
      github({
        maintenance: {
          value: JSON.stringify({
            schema: "ghrunners.maintenance/1",
            runners: [{ name, until: "2026-11-29T13:00:00Z", reason: "a new disk", by: "kim" }],
          }),
        },
      }),
      `warning runner-service ${name}`,
      /ghrunners maintenance end lab-runner/,
    ],
    [
      "paused deployments",
      github({
        pauses: {
          value: JSON.stringify({
            schema: "ghrunners.pauses/1",
            pauses: [{ environment: "lab", until: "2026-11-29T13:00:00Z", note: "a freeze", by: "kim" }],
          }),
        },
      }),
      "warning github-pause",
      /ghrunners resume/,
    ],
    ["pauses of an unknown form", github({ pauses: { value: "later" } }), "problem github-pause", /ghrunners resume/],
  ]);
});
