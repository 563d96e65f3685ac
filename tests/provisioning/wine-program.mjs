// What a program under Wine finds: it answers each message of its starter with that, and ends with the channel.
import { requireKoffi } from '../../dist/native-bindings/load.js';
import { withStarter } from '../../dist/runner/starter.js';

const koffi = await requireKoffi();
const starter = await withStarter();
for (;;) {
  await starter.hear();
  starter.say({ platform: process.platform, node: process.versions.node, koffi, args: process.argv.slice(2) });
}
