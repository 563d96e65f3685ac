import type { Atlas } from '../../results/atlas.ts';
import { callsPage } from './calls-page.tsx';
import { CODES_DATA, MATRIX_DATA } from './interactive.ts';
import { codeNames, dataScript, matrixData } from './matrix-data.ts';
import { matrixPage } from './matrix-page.tsx';
import { CALLS, MATRIX, TRY } from './paths.ts';
import type { SiteFile } from './site-file.ts';
import { tryPage } from './try-page.tsx';

/** The pages that their scripts draw, and the data that these are handed. */
export function* interactivePages(atlas: Atlas): Generator<SiteFile> {
  yield { path: MATRIX_DATA, content: dataScript('sockatlasMatrix', matrixData(atlas)) };
  yield { path: CODES_DATA, content: dataScript('sockatlasCodes', codeNames()) };
  yield { path: MATRIX, content: matrixPage() };
  yield { path: CALLS, content: callsPage() };
  yield { path: TRY, content: tryPage() };
}
