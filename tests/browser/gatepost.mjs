// The daemon for one test, with an upstream that keeps the ids of what reaches it, and every request
// to either of its listeners watched on its way.
import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const listening = (server) => new Promise((done) =>
  server.listen(0, '127.0.0.1', () => done(server.address().port)));

/// True as soon as `condition` gives something; false after ten seconds.
export async function eventually(condition) {
  for (const end = Date.now() + 10_000; Date.now() < end;) {
    if (await condition()) return true;
    await new Promise((done) => { setTimeout(done, 5); });
  }
  return false;
}

export const grantedEvent = (id) => JSON.stringify(
  { event: 'Purchase', event_id: id, visitor: { country: 'DE' }, consent: { marketing: 'granted' } });

const page = '<!doctype html><title>page</title>';

/// Passes bytes on to `port` and keeps the status of every answer to what a page asked; but `/page` it
/// serves itself, as the server would that a name pointed at before it pointed at this machine.
async function watch(port) {
  const statuses = [];
  const sockets = new Set();
  const keep = (socket) => sockets.add(socket.on('error', () => {}).on('close', () => sockets.delete(socket)));
  const server = net.createServer((client) => {
    let asked = '';
    let daemon;
    keep(client);
    client.on('data', (bytes) => {
      asked = /^[A-Z]+ \S+/.exec(bytes.toString('latin1'))?.[0] ?? asked;
      if (asked === 'GET /page') {
        client.end(`HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: ${page.length}\r\n` +
          `Connection: close\r\n\r\n${page}`);
        return;
      }
      if (!daemon) {
        daemon = net.connect(port, '127.0.0.1');
        keep(daemon);
        daemon.on('data', (answer) => {
          const status = /^HTTP\/1\.1 (\d+)/.exec(answer.toString('latin1'));
          if (status && asked !== 'GET /favicon.ico') statuses.push(Number(status[1]));
        });
        daemon.pipe(client);
        client.on('end', () => daemon.end());
      }
      daemon.write(bytes);
    });
  });
  const own = await listening(server);
  return {
    port: own,
    url: `http://127.0.0.1:${own}`,
    statuses,
    close: () => { server.close(); sockets.forEach((each) => each.destroy()); },
  };
}

/// Starts the daemon; `listen` holds more keys of that section, `more` other sections.
export async function startGatepost({ listen = '', more = () => '' } = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'gatepost-browser-'));
  const arrived = [];
  const upstream = http.createServer((request, response) => {
    let body = '';
    request.on('data', (bytes) => { body += bytes; }).on('end', () => {
      arrived.push(...JSON.parse(body).data.map((each) => each.event_id));
      response.setHeader('content-type', 'application/json');
      response.end('{"code":0,"message":"OK","request_id":"R0","data":{}}');
    });
  });
  const endpoint = `http://127.0.0.1:${await listening(upstream)}`;
  const file = join(directory, 'gatepost.yaml');
  writeFileSync(file, `pixels: [{id: C0EXAMPLE0PIXEL0CODE, access_token_env: TEST_ACCESS_TOKEN}]
listen: {http: 127.0.0.1:0${listen}}
admin: {http: 127.0.0.1:0}
spool: {path: ${join(directory, 'spool')}}
relay: {endpoint: "${endpoint}", batch: {linger: 1ms}}
${more(directory)}
`);
  const daemon = spawn(process.env.GATEPOST, ['serve', '--config', file], {
    env: { ...process.env, TEST_ACCESS_TOKEN: 'planted-access-token' },
    stdio: ['ignore', 'pipe', openSync(join(directory, 'log'), 'a')],
  });
  const ended = new Promise((done) => { daemon.on('exit', done); });
  const ports = {};
  for await (const line of createInterface(daemon.stdout)) {
    const [, what, port] = /^listening (\w+) .*:(\d+)$/.exec(line);
    ports[what] = Number(port);
    if (ports.ingest && ports.admin) break;
  }
  if (!ports.admin) throw new Error(`the daemon did not start: ${readFileSync(join(directory, 'log'), 'utf8')}`);
  const ingest = await watch(ports.ingest);
  const admin = await watch(ports.admin);
  return {
    ingest,
    admin,
    arrived,
    async stop() {
      ingest.close();
      admin.close();
      daemon.kill('SIGKILL');
      await ended;
      upstream.closeAllConnections();
      upstream.close();
      rmSync(directory, { recursive: true });
    },
  };
}
