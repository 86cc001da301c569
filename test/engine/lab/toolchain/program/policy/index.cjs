const { PolicyPack } = require("@pulumi/policy");

new PolicyPack("toolchain-smoke", {
  policies: [
    {
      name: "no-password",
      description: "Fails on purpose: it shows that policies are run.",
      enforcementLevel: "mandatory",
      validateResource: (args, reportViolation) => {
        if (args.type === "random:index/randomPassword:RandomPassword")
          reportViolation("no-password: this pack allows no passwords");
      },
    },
  ],
});
