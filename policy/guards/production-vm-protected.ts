import { type Guard, isProduction } from "../guard";

export const productionVmProtected: Guard = {
  name: "production-vm-protected",
  description: "A VM of production is protected: the engine then refuses to delete or replace it.",
  judge: ({ environment, machines = [] }) =>
    isProduction(environment)
      ? machines
          .filter((machine) => !machine.protected)
          .map(({ name }) => `The VM ${name} is not protected. Expected safety.protect: true.`)
      : [],
};
