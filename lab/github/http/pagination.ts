import type { ApiRequest } from "./message";

export interface Page<Item> {
  readonly items: Item[];
  readonly total: number;
  /** The Link header, when there is more than one page. */
  readonly headers: Readonly<Record<string, string>>;
}

const positive = (text: string | null, fallback: number): number => {
  const value = Number(text);
  return text !== null && Number.isInteger(value) && value > 0 ? value : fallback;
};

/** How many entries a page has. */
export interface PageSize {
  /** Where the query has no `per_page`. */
  readonly usual: number;
  readonly most: number;
}

/** The page that the query asks for: `per_page` is 30 by default and 100 at most, as of most lists. */
export function paginate<Item>(
  all: readonly Item[],
  request: Pick<ApiRequest, "query" | "path">,
  publicUrl: string,
  { usual, most }: PageSize = { usual: 30, most: 100 },
): Page<Item> {
  const perPage = Math.min(positive(request.query.get("per_page"), usual), most);
  const page = positive(request.query.get("page"), 1);
  const last = Math.max(1, Math.ceil(all.length / perPage));
  const link = (target: number, rel: string): string => {
    const query = new URLSearchParams(request.query);
    query.set("page", String(target));
    return `<${publicUrl}${request.path}?${query}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [link(Math.min(page - 1, last), "prev")] : []),
    ...(page < last ? [link(page + 1, "next"), link(last, "last")] : []),
    ...(page > 1 ? [link(1, "first")] : []),
  ];
  return {
    items: all.slice((page - 1) * perPage, page * perPage),
    total: all.length,
    headers: links.length === 0 ? {} : { link: links.join(", ") },
  };
}
