import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../platforms/package-root.ts';
import { SCHEMAS, schemaText } from './schemas.ts';

/** Writes the published JSON Schemas; a test asserts that they are in step with the code. */
for (const { path, schema, title } of SCHEMAS) writeFileSync(join(packageRoot, path), schemaText(schema, title));
