/** A person's browser at the page that registers Apps, and at GitHub. */
import assert from "node:assert/strict";
import http from "node:http";
import https from "node:https";
import { text } from "node:stream/consumers";

/** The text of an attribute. */
export const plain = (html: string): string =>
  html.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));

/** What a server answered. */
export interface LoadedPage {
  readonly status: number;
  readonly location: string;
  readonly body: string;
  readonly headers: http.IncomingHttpHeaders;
}

/** A person's browser, which follows no redirect by itself. It trusts the emulator's authority. */
export class Browser {
  readonly pages: LoadedPage[] = [];
  constructor(private readonly ca: string) {}

  async open(url: string, form?: URLSearchParams, more: { method?: string; host?: string } = {}): Promise<LoadedPage> {
    const { method = form === undefined ? "GET" : "POST", host } = more;
    const headers = host === undefined ? {} : { host };
    const page = await new Promise<LoadedPage>((resolve, reject) => {
      const options = { method, headers, ca: this.ca, agent: false } as const;
      const answer = (response: http.IncomingMessage): void => {
        const { statusCode: status = 0, headers } = response;
        text(response).then((body) => resolve({ status, location: headers.location ?? "", body, headers }), reject);
      };
      const request = url.startsWith("https:")
        ? https.request(url, options, answer)
        : http.request(url, options, answer);
      request.on("error", reject).end(form?.toString());
    });
    this.pages.push(page);
    return page;
  }

  /** Presses a button of a page. */
  press(from: string, page: LoadedPage, number = 0): Promise<LoadedPage> {
    const form = page.body.match(/<form[\s\S]*?<\/form>/g)?.[number] ?? "";
    const fields = [...form.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(
      ([, name = "", value = ""]): [string, string] => [name, plain(value)],
    );
    const action = plain(/action="([^"]+)"/.exec(form)?.[1] ?? "");
    return this.open(new URL(action, from).href, new URLSearchParams(fields));
  }

  /**
   * Registers the first App of the page that has a button.
   * @returns the page after GitHub sent the browser back, and the address to which it did
   */
  async register(url: string, github: string): Promise<{ back: LoadedPage; returned: string }> {
    const confirm = await this.press(url, await this.open(url));
    assert.match(confirm.body, /Create GitHub App for /);
    const { location: returned } = await this.press(github, confirm);
    return { back: await this.open(returned), returned };
  }

  /** Installs the App whose link the page shows. */
  async install(url: string): Promise<void> {
    const { body } = await this.open(url);
    const link = plain(/href="(https[^"]+)"/.exec(body)?.[1] ?? "");
    await this.press(link, await this.open(link));
  }
}
