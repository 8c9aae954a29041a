/** What stands where there is nothing, or where something failed. */
import type { ComponentChildren, JSX } from 'preact';

/** Nothing is here, and why that is fine. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }): JSX.Element {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children !== undefined && <p>{children}</p>}
    </div>
  );
}

/** Something failed. */
export function Problem({ text }: { text: string | null | undefined }): JSX.Element | null {
  if (text == null || text === '') return null;
  return (
    <p class="problem" role="alert">
      {text}
    </p>
  );
}

/** A label and its value, many of them. A value that is null is left out. */
export function Facts({ facts }: { facts: readonly (readonly [string, ComponentChildren])[] }): JSX.Element {
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value !== null)
        .map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
