/** Path of the agent's launcher on its host. */
export const AGENT_PROGRAM = "/opt/ghrunners/deploy/ghrunners-deploy";
