import type { Atlas } from '../../results/atlas.ts';
import { interactivePages } from './interactive-pages.ts';
import { page } from './layout.tsx';
import { INDEX, MATRIX } from './paths.ts';

/** A file of the site: its path from the root, with `/`. */
export interface SiteFile {
  readonly path: string;
  readonly content: string;
}

/** The files of the site that a program makes; the style sheet and the scripts come with sockatlas. */
export function* siteFiles(atlas: Atlas): Generator<SiteFile> {
  yield { path: INDEX, content: indexPage(atlas) };
  yield* interactivePages(atlas);
}

function indexPage({ scenarios, platforms }: Atlas): string {
  return page({
    path: INDEX,
    title: 'What do socket calls return when the peer goes away?',
    description: 'An atlas of what recv, send and their kin return after a reset or the end of a connection, on Linux, Windows and Wine.',
    children: (
      <p>
        {scenarios.length} scenarios on {platforms.map(({ key }) => key).join(', ')}: <a href={MATRIX}>the matrix</a>.
      </p>
    ),
  });
}
