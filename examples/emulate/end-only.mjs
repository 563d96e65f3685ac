/**
 * The server of end-only.c in node: it closes a connection on `end`, and on nothing else. It prints what node tells it.
 *
 *   node end-only.mjs                                # prints its port
 *   sockatlas emulate windows -- node end-only.mjs   # closes as well: node itself destroys a socket on an error of recv. What had arrived before a reset is gone
 */
import { createServer } from 'node:net';

const server = createServer({ allowHalfOpen: true }, (socket) => {
  const told = [];
  socket.on('data', (bytes) => told.push(`data ${bytes.length}`));
  socket.on('error', ({ code }) => told.push(`error ${code}`)); // An error: it is taken for "try again".
  socket.on('end', () => {
    told.push('end');
    socket.end();
  });
  socket.on('close', () => console.log(`${told.join(', ')}: closed`));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
