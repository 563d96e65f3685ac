import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../platforms/package-root.ts';
import { apiPage } from './api-page.ts';
import { atlasPicture } from './atlas-picture.tsx';
import { differencesPage } from './differences-page.ts';
import { errorPage } from './error-page.ts';
import { scenariosPage } from './scenarios-page.ts';
import { storyPage } from './story-page.ts';
import { tablesPage } from './tables-page.ts';
import { runLine, yourOwnPage } from './your-own-page.ts';

/** Writes the generated pages; tests assert that they are in step with the code and the data. */
const docs = (name: string) => join(packageRoot, 'docs', name);
const PAGES = {
  'api.md': apiPage,
  'atlas.svg': atlasPicture,
  'differences.md': differencesPage,
  'scenarios.md': scenariosPage,
  'mongoose-3031.md': storyPage,
  'tables.md': tablesPage,
  'which-call-takes-the-error.md': errorPage,
};
for (const [name, page] of Object.entries(PAGES)) writeFileSync(docs(name), page());

const built = join(packageRoot, 'dist', 'cli', 'main.js');
for (const name of ['your-own.md', 'steps.md']) writeFileSync(docs(name), yourOwnPage(readFileSync(docs(name), 'utf8'), runLine([built])));
