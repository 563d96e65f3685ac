import type { ComponentChildren } from 'preact';
import { render } from 'preact-render-to-string';
import { printable } from '../../platforms/printable.ts';
import { CALLS, CODES, INDEX, link, MATRIX, STYLE, TABLES, TRY } from './paths.ts';

/** Nothing is asked of anywhere, and no script but the site's own runs. */
const POLICY = "default-src 'none'; style-src 'self' file:; script-src 'self' file:; img-src 'self' file: data:; base-uri 'none'; form-action 'none'";

const NAVIGATION = [
  [MATRIX, 'Matrix'],
  [CALLS, 'Which call takes the error'],
  [TRY, 'Try it'],
  [CODES, 'Codes'],
  [TABLES, 'Tables'],
] as const;

export interface PageOptions {
  /** From the site's root. */
  readonly path: string;
  readonly title: string;
  readonly description: string;
  /** Scripts of the site, from its root, in their order. */
  readonly scripts?: readonly string[];
  readonly children: ComponentChildren;
  /** What follows them: parts that many pages have, rendered once for all. */
  readonly rendered?: string;
}

/** A whole page. Text is escaped by the library; what a browser would not show is made visible. */
export function page({ children, rendered = '', ...options }: PageOptions): string {
  const { path, title } = options;
  const main = render(
    <>
      <h1>{title}</h1>
      {children}
    </>,
  );
  return printable(
    `<!doctype html>\n<html lang="en">${render(<Head {...options} />)}<body>${top(path)}<main id="content">${main}${rendered}</main>${FOOTER}</body></html>\n`,
  );
}

type HeadOptions = Pick<PageOptions, 'path' | 'title' | 'description' | 'scripts'>;

function Head({ path, title, description, scripts = [] }: HeadOptions) {
  return (
    <head>
      <meta charSet="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta http-equiv="Content-Security-Policy" content={POLICY} />
      <meta name="color-scheme" content="light dark" />
      <meta name="description" content={description} />
      <title>{`${title} · sockatlas`}</title>
      <link rel="stylesheet" href={link(path, STYLE)} />
      {scripts.map((script) => (
        <script key={script} src={link(path, script)} defer />
      ))}
    </head>
  );
}

const tops = new Map<string, string>();

/** The same on all pages of a folder, but for those that it leads to. */
function top(path: string): string {
  const key = NAVIGATION.some(([to]) => to === path) ? path : link(path, '');
  const known = tops.get(key) ?? render(<Top path={path} />);
  tops.set(key, known);
  return known;
}

function Top({ path }: { readonly path: string }) {
  return (
    <>
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <header>
        <a class="home" href={link(path, INDEX)}>
          sockatlas
        </a>
        <nav aria-label="Site">
          {NAVIGATION.map(([to, text]) => (
            <a key={to} href={link(path, to)} aria-current={to === path ? 'page' : undefined}>
              {text}
            </a>
          ))}
        </nav>
      </header>
    </>
  );
}

const FOOTER = render(
  <footer>
    <p>
      What socket calls return when the peer goes away: measured with raw calls, or from the sources named beside it. <code>sockatlas</code> measures your own
      system.
    </p>
  </footer>,
);
