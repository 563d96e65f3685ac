import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../platforms/package-root.ts';
import { scenariosPage } from './scenarios-page.ts';

/** Writes the generated pages; a test asserts that they are in step with the code and the data. */
writeFileSync(join(packageRoot, 'docs', 'scenarios.md'), scenariosPage());
