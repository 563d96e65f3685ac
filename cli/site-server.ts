import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SiteFile } from '../report/site/site-file.ts';
import { EnvironmentError } from './errors.ts';

const LOOPBACK = '127.0.0.1';
const TYPES: ReadonlyMap<string, string> = new Map([
  ['html', 'text/html; charset=utf-8'],
  ['css', 'text/css; charset=utf-8'],
  ['js', 'text/javascript; charset=utf-8'],
]);
const ALWAYS = { 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' };

export interface SiteServer {
  readonly address: string;
  close(): Promise<void>;
}

/**
 * Serves these files, and nothing else, to this machine alone: what is asked for is looked up by its whole path, and the disk is never asked. A page of somewhere else
 * whose name was made to mean this machine is refused by the Host that its browser sends.
 *
 * @throws EnvironmentError where the port cannot be had
 */
export async function serveSite(files: Iterable<SiteFile>, port: number): Promise<SiteServer> {
  const bodies = new Map([...files].map(({ path, content }) => [`/${path}`, { body: Buffer.from(content), type: typeOf(path) }]));
  const index = bodies.get('/index.html');
  if (index !== undefined) bodies.set('/', index);
  const server = createServer((request, response) => {
    const refuse = (status: number, why: string, headers: Readonly<Record<string, string>> = {}) => {
      response
        .writeHead(status, { ...ALWAYS, ...headers, 'Content-Type': 'text/plain; charset=utf-8' })
        .end(request.method === 'HEAD' ? undefined : `${why}\n`);
    };
    const { port: own } = server.address() as AddressInfo;
    if (![LOOPBACK, 'localhost'].some((name) => request.headers.host === `${name}:${own}`)) return refuse(421, 'this server is for this machine alone');
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'only GET and HEAD', { Allow: 'GET, HEAD' });
    const found = bodies.get(pathOf(request.url ?? '/') ?? '');
    if (found === undefined) return refuse(404, 'there is no such page');
    response.writeHead(200, { ...ALWAYS, 'Content-Type': found.type, 'Content-Length': found.body.length });
    response.end(request.method === 'HEAD' ? undefined : found.body);
  });
  await listening(server, port);
  return {
    address: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function typeOf(path: string): string {
  return TYPES.get(path.slice(path.lastIndexOf('.') + 1)) ?? 'application/octet-stream';
}

/** Without what follows `?`; undefined where its escapes are none. */
function pathOf(url: string): string | undefined {
  try {
    return decodeURIComponent(url.replace(/[?#].*$/s, ''));
  } catch {
    return undefined;
  }
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(new EnvironmentError(`--serve ${port}: ${error.message}`)));
    server.listen(port, LOOPBACK, resolve);
  });
}
