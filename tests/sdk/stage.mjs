// The daemon under test between an application and the sandbox. What the daemon sends goes through a
// recorder, since the sandbox never shows headers.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import readline from 'node:readline';

export const configuredToken = 'configured-token-0815';

/// Asks until `look` gives something that is neither false nor empty.
export async function eventually(look, what) {
  const until = Date.now() + 20_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > until) throw new Error(`not in time: ${what}`);
    await new Promise((next) => setTimeout(next, 5));
  }
}

/// Starts `gatepost` with these arguments; gives the URLs of the listeners it announces.
async function start(stage, args, listeners) {
  const child = spawn(process.env.GATEPOST, args, {
    stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, TEST_ACCESS_TOKEN: configuredToken },
  });
  const ended = new Promise((end) => child.on('exit', end));
  stage.children.push({ child, ended });
  child.stderr.on('data', (part) => { stage.log += part; });
  const urls = {};
  for await (const line of readline.createInterface({ input: child.stdout })) {
    const [, name, url] = line.match(/^listening (\S+) (\S+)$/) ?? [];
    if (name) urls[name] = url;
    if (listeners.every((each) => urls[each])) break;
  }
  child.stdout.resume();
  return urls;
}

/// Passes every request on to the sandbox and keeps its path, its headers and its body.
async function startRecorder(to, seen) {
  const server = http.createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', async () => {
      const body = Buffer.concat(parts);
      seen.push({ path: request.url, headers: request.headers, body: body.toString() });
      const { 'content-type': type, 'access-token': token = '' } = request.headers;
      try {
        const answer = await fetch(to + request.url,
          { method: request.method, body, headers: { 'content-type': type, 'access-token': token } });
        response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') });
        response.end(await answer.text());
      } catch { // the sandbox has ended with a request under way
        response.destroy();
      }
    });
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return server;
}

/// Runs `act(stage)` with one pixel, configured with `pixel` (YAML), and ends everything after it.
export async function withStage({ pixel, spool = '', more = '' }, act) {
  const directory = await mkdtemp(join(tmpdir(), 'gatepost-sdk-'));
  const stage = { directory, children: [], log: '', seen: [] };
  let recorder;
  try {
    const sandbox = await start(stage, ['sandbox', '--listen', '127.0.0.1:0'], ['sandbox']);
    recorder = await startRecorder(sandbox.sandbox, stage.seen);
    const config = join(directory, 'gatepost.yaml');
    await writeFile(config, `pixels: [{access_token_env: TEST_ACCESS_TOKEN, ${pixel}}]
listen: {http: 127.0.0.1:0}
admin: {http: 127.0.0.1:0}
spool: {path: ${join(directory, 'spool')}${spool && `, ${spool}`}}
relay: {endpoint: "http://127.0.0.1:${recorder.address().port}", batch: {linger: 20ms}}
log: {level: debug}
${more}
`);
    Object.assign(stage, await start(stage, ['serve', '--config', config], ['ingest', 'admin']));
    stage.post = async (path, body) => {
      const answer = await fetch(stage.ingest + path, {
        method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
      });
      return { status: answer.status, body: await answer.json() };
    };
    stage.control = (told) => fetch(`${sandbox.sandbox}/_control`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(told),
    });
    stage.arrived = async () => (await (await fetch(`${sandbox.sandbox}/_events`)).json()).events;
    stage.unsettled = async () => { // by one look: between two a waiting event may have been leased
      const page = await (await fetch(`${stage.admin}/metrics`)).text();
      const counts = page.matchAll(/^gatepost_spool_events\{state="(?:waiting|leased)"\} (\d+)$/gm);
      return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
    };
    await act(stage);
  } finally {
    for (const { child } of stage.children.reverse()) child.kill('SIGKILL');
    await Promise.all(stage.children.map((each) => each.ended));
    recorder?.closeAllConnections();
    recorder?.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/// The names of the files below a directory that hold a text.
export async function filesWith(text, directory) {
  const found = [];
  for (const name of await readdir(directory, { recursive: true })) {
    const file = join(directory, name);
    if ((await stat(file)).isFile() && (await readFile(file)).includes(text)) found.push(name);
  }
  return found;
}
