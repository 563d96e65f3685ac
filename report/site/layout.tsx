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
}

/** A whole page. Text is escaped by the library; what a browser would not show is made visible. */
export function page(options: PageOptions): string {
  return printable(`<!doctype html>\n${render(<Page {...options} />)}\n`);
}

function Page({ path, title, description, scripts = [], children }: PageOptions) {
  return (
    <html lang="en">
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
      <body>
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
        <main id="content">
          <h1>{title}</h1>
          {children}
        </main>
        <footer>
          <p>
            What socket calls return when the peer goes away: measured with raw calls, or from the sources named beside it. <code>npx sockatlas</code> measures
            your own system.
          </p>
        </footer>
      </body>
    </html>
  );
}
