/** The small pieces that every view is made of. */
import type { ComponentChildren } from "preact";
import type { SnapshotPart } from "../snapshot";
import { freshness, linkTo, type ShownState, type StateTone } from "../view/texts";

/** A sign for each tone, so that colour alone says nothing. */
const signs: Readonly<Record<StateTone, string>> = { good: "✔", warning: "!", bad: "✘", unknown: "?", neutral: "·" };

export function State({ of: { tone, text } }: { readonly of: ShownState }) {
  return (
    <span class={`state ${tone}`}>
      <span aria-hidden="true" class="sign">
        {signs[tone]}
      </span>
      {text}
    </span>
  );
}

/** A section of a view, which says how fresh its data is. */
export function Section(props: {
  readonly title: string;
  readonly part?: SnapshotPart<unknown>;
  readonly at?: Date;
  readonly children: ComponentChildren;
}) {
  const { title, part, at = new Date() } = props;
  const id = title.toLowerCase().replace(/\W+/g, "-");
  const isOld = part?.state === "failed";
  return (
    <section class={isOld ? "old" : ""} aria-labelledby={id}>
      <div class="heading">
        <h2 id={id}>{title}</h2>
        {part === undefined ? null : (
          <p class="fresh">{isOld ? <State of={freshness(part, at)} /> : freshness(part, at).text}</p>
        )}
      </div>
      {props.children}
    </section>
  );
}

/** A link to another site, which learns nothing of this page. */
export function Link({ to, children }: { readonly to: string | undefined; readonly children: ComponentChildren }) {
  if (to === undefined) return <>{children}</>;
  return (
    <a href={to} target="_blank" rel="noreferrer">
      {children}
    </a>
  );
}

/** A text with its web addresses as links. */
export function Linked({ text }: { readonly text: string }) {
  return (
    <>
      {text.split(/(https?:\/\/[^\s"'<>)]*[^\s"'<>).,;:])/).map((piece, index) =>
        index % 2 === 0 ? (
          piece
        ) : (
          <Link key={index} to={linkTo(piece)}>
            {piece}
          </Link>
        ),
      )}
    </>
  );
}

export interface Fact {
  readonly label: string;
  readonly text: string;
  readonly link?: string;
}

export function Facts({ of: facts }: { readonly of: readonly Fact[] }) {
  return (
    <dl class="facts">
      {facts.map(({ label, text, link }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            <Link to={link}>{text}</Link>
          </dd>
        </div>
      ))}
    </dl>
  );
}
