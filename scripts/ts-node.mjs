// `node --import ./scripts/ts-node.mjs FILE.ts` runs the sources as they are, on every Node that sockatlas supports. ts-node's own `--esm` program
// cannot do it on Node 20 and later (https://github.com/TypeStrong/ts-node/issues/1997).
import { register } from 'node:module';

register('ts-node/esm', import.meta.url);
