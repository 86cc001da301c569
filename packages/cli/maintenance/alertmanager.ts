import { request } from "../monitoring/request";
import type { NewSilence, Silence } from "./silence";

/** Silences as Alertmanager keeps them. @param url its address */
export const readSilences = (url: string): Promise<Silence[]> => request(`${url}/api/v2/silences`);

export async function setSilence(url: string, silence: NewSilence): Promise<void> {
  await request(`${url}/api/v2/silences`, { method: "POST", body: silence });
}

export async function expireSilence(url: string, id: string): Promise<void> {
  await request(`${url}/api/v2/silence/${id}`, { method: "DELETE" });
}
