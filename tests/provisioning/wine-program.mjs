// What a program under Wine finds: it answers each message of its starter with that, and ends with the channel.
import { requireKoffi } from '../../dist/native-bindings/load.js';
import { connectToStarter } from '../../dist/runner/channel.js';

const koffi = await requireKoffi();
const channel = await connectToStarter(
  {},
  {
    message: () => channel.send({ platform: process.platform, node: process.versions.node, koffi, args: process.argv.slice(2) }),
    close: () => process.kill(process.pid, 'SIGKILL'),
  },
);
