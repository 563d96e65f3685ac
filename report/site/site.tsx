import type { Atlas } from '../../results/atlas.ts';
import { atlasRuns } from '../../results/atlas-runs.ts';
import { ofOnePlatform } from '../../results/newest.ts';
import { allCodes, codePage, codesPage } from './code-page.tsx';
import { codeSightings } from './code-sightings.ts';
import { indexPage } from './index-page.tsx';
import { interactivePages } from './interactive-pages.ts';
import { knownScenarios } from './known-scenarios.ts';
import { CODES, codePath, INDEX, scenarioPath, TABLES, tablePath } from './paths.ts';
import { policyPages } from './policy-page.tsx';
import { scenarioPage } from './scenario-page.tsx';
import type { SiteFile } from './site-file.ts';
import { tablePage, tablesPage, tablesWithFindings } from './table-page.tsx';

/** The files of the site that a program makes; the style sheet and the scripts come with sockatlas. */
export function* siteFiles(atlas: Atlas): Generator<SiteFile> {
  const scenarios = knownScenarios(atlas);
  yield { path: INDEX, content: indexPage(atlas, scenarios) };
  for (const scenario of scenarios) yield { path: scenarioPath(scenario.id), content: scenarioPage(atlas, scenario) };

  const sightings = codeSightings(atlas, scenarios);
  yield { path: CODES, content: codesPage() };
  for (const [name, on] of allCodes()) yield { path: codePath(name), content: codePage(name, on, sightings) };

  const runs = ofOnePlatform(atlasRuns(atlas));
  const tables = tablesWithFindings(runs);
  yield { path: TABLES, content: tablesPage(tables) };
  for (const table of tables) yield { path: tablePath(table.checked.id), content: tablePage(table) };
  yield* policyPages(runs);

  yield* interactivePages(atlas);
}
