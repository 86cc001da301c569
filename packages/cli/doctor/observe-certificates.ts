/** Looks at the certificates of the services that the stack names by https. Sends nothing on these connections. */
import type { Settings } from "@ghrunners/config/parse";
import { type CertificateSeen, readCertificate } from "@ghrunners/core/https/certificate";
import { explainNoAnswer } from "@ghrunners/core/https/explain-no-answer";
import { monitoringUrls } from "../monitoring/address";
import type { Fact, ServiceCertificate } from "./facts";
import { within } from "./read";

export const certificateOf = (
  url: string,
  expected: string,
  setting: string,
  limitMs: number,
): Promise<Fact<CertificateSeen>> =>
  within(limitMs + 500, url, () =>
    readCertificate(url, limitMs).catch((error: unknown) => {
      throw new Error(explainNoAnswer(url, expected, setting, error));
    }),
  );

/** Of Prometheus, Alertmanager and Grafana, those that are named by https and answer. */
export async function monitoringCertificates(
  settings: Pick<Settings, "monitoring" | "hosts">,
  limitMs: number,
): Promise<ServiceCertificate[]> {
  const urls = monitoringUrls(settings);
  const services = [
    { service: "Prometheus", url: urls?.prometheus, setting: "monitoring.prometheusUrl" },
    { service: "Alertmanager", url: urls?.alertmanager, setting: "monitoring.alertmanager.url" },
    { service: "Grafana", url: settings.monitoring?.dashboardBaseUrl, setting: "monitoring.dashboardBaseUrl" },
  ] as const;
  const seen = services.map(async ({ service, url, setting }): Promise<ServiceCertificate[]> => {
    if (url?.startsWith("https:") !== true) return [];
    const found = await certificateOf(url, service, `ghrunners:${setting}`, limitMs);
    return "value" in found ? [{ service, url, certificate: found.value }] : [];
  });
  return (await Promise.all(seen)).flat();
}
