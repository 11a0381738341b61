// Pages in a real Chromium that reach for the daemon: those of other origins get nothing in and
// nothing out, also under a name that they have pointed at this machine.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import { eventually, grantedEvent, startGatepost } from './gatepost.mjs';
import { openBrowser } from './site.mjs';

const token = 'planted-ingest-token';
let browser, site, sitePort, gatepost, guarded;

before(async () => {
  // Every name is this machine.
  browser = await openBrowser('--host-resolver-rules=MAP *.example 127.0.0.1');
  site = http.createServer((request, response) => {
    // What an attacker's own server may do: send the request on.
    const target = new URL(request.url, 'http://site').searchParams.get('to');
    response.writeHead(target ? 307 : 200, { 'content-type': 'text/html', ...(target && { location: target }),
      'access-control-allow-origin': '*', 'access-control-allow-headers': '*' });
    response.end('<!doctype html><title>page</title><iframe name="hidden"></iframe>');
  });
  sitePort = await new Promise((done) => { site.listen(0, '127.0.0.1', () => done(site.address().port)); });
  gatepost = await startGatepost({ listen: ', max_body: 64KiB, allowed_origins: ["http://shop.example"]' });
  guarded = await startGatepost({
    listen: ', allowed_origins: ["http://shop.example"]',
    more: (directory) => {
      writeFileSync(`${directory}/token`, `${token}\n`, { mode: 0o600 });
      return `auth: {token_file: ${directory}/token}`;
    },
  });
});

after(async () => {
  await browser?.close();
  site?.closeAllConnections();
  site?.close();
  await gatepost?.stop();
  await guarded?.stop();
});

/// Opens a page of that host and gives what `act` there gives.
async function onPage(host, act, argument, path = '/') {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(`http://${host}:${sitePort}${path}`);
    return await page.evaluate(act, argument);
  } finally {
    await context.close();
  }
}

// Ways of a page to have its browser post, each with the body of an event that would be sent.
const attacks = {
  'fetch without CORS': ({ url, body }) =>
    fetch(url, { method: 'POST', mode: 'no-cors', body }),
  'fetch without CORS, with cookies, after the page is gone': ({ url, body }) =>
    fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'include', keepalive: true, body }),
  'fetch without CORS and without a referrer': ({ url, body }) =>
    fetch(url, { method: 'POST', mode: 'no-cors', referrerPolicy: 'no-referrer', body }),
  'fetch without CORS of bytes without a type': ({ url, body }) =>
    fetch(url, { method: 'POST', mode: 'no-cors', body: new TextEncoder().encode(body) }),
  'fetch with CORS': ({ url, body }) => fetch(url, { method: 'POST', body }).catch(() => {}),
  'fetch of JSON': ({ url, body }) =>
    fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body }).catch(() => {}),
  'fetch with PUT': ({ url, body }) => fetch(url, { method: 'PUT', body }).catch(() => {}),
  'fetch with DELETE': ({ url }) => fetch(url, { method: 'DELETE' }).catch(() => {}),
  'fetch with a header of its own': ({ url, body }) =>
    fetch(url, { method: 'POST', headers: { 'X-Consent-Marketing': 'granted' }, body }).catch(() => {}),
  XMLHttpRequest: ({ url, body }) => new Promise((done) => {
    const asks = new XMLHttpRequest();
    asks.onloadend = done;
    asks.open('POST', url);
    asks.send(body);
  }),
  'a beacon': ({ url, body }) => { navigator.sendBeacon(url, body); },
  'a beacon of JSON': ({ url, body }) => {
    navigator.sendBeacon(url, new Blob([body], { type: 'application/json' }));
  },
  'a form whose text is JSON': ({ url, body }) => {
    const form = document.createElement('form');
    Object.assign(form, { method: 'POST', action: url, enctype: 'text/plain', target: 'hidden' });
    const field = document.createElement('input');
    // name=value, so that the equals sign stands inside a string.
    field.name = `${body.slice(0, -1)},"properties":{"description":"`;
    field.value = '"}}';
    form.append(field);
    document.body.append(form);
    form.submit();
  },
  'a form that takes the page along': ({ url }) => {
    const form = document.createElement('form');
    Object.assign(form, { method: 'POST', action: url });
    document.body.append(form);
    form.submit();
  },
  'a form of a page without an origin': ({ url }) => {
    const frame = document.createElement('iframe');
    frame.sandbox = 'allow-forms allow-scripts';
    frame.srcdoc = `<form method="POST" enctype="text/plain" action="${url}"><input name="a"></form>
      <script>document.forms[0].submit()</script>`;
    document.body.append(frame);
  },
  'a ping': ({ url }) => {
    const link = document.createElement('a');
    Object.assign(link, { href: '#', ping: url });
    document.body.append(link);
    link.click();
  },
  'a server that sends the request on': ({ url, body }) =>
    fetch(`/?to=${encodeURIComponent(url)}`, { method: 'POST', mode: 'no-cors', body }),
  'a WebSocket': ({ url }) => new Promise((done) => {
    new WebSocket(url.replace('http:', 'ws:')).onclose = done;
  }),
};

for (const [name, attack] of Object.entries(attacks)) {
  test(`a page of another origin posts nothing: ${name}`, async () => {
    const context = await browser.newContext();
    for (const [listener, path] of [[gatepost.ingest, '/v1/events'], [gatepost.admin, '/v1/dead-letters/replay']]) {
      const before = listener.statuses.length;
      const page = await context.newPage();
      await page.goto(`http://evil.example:${sitePort}/`);
      await page.evaluate(attack, { url: listener.url + path, body: grantedEvent('stolen') });
      // It did come, and was refused.
      assert.ok(await eventually(() => listener.statuses.length > before), path);
      for (const status of listener.statuses.slice(before)) {
        assert.equal(status, 403, path);
      }
    }
    await context.close();
  });
}

test('a page of another origin reads nothing', async () => {
  const targets = [gatepost.ingest, guarded.ingest].map(({ url }) => `${url}/consent-relay.js`)
    .concat(['/metrics', '/v1/status', '/v1/dead-letters', '/v1/decisions', '/healthz'].map((path) => gatepost.admin.url + path));
  for (const url of targets) {
    const read = await onPage('evil.example', async (target) => {
      const seen = [];
      for (const options of [{}, { credentials: 'include' }, { mode: 'no-cors' }]) {
        try {
          const answer = await fetch(target, options);
          seen.push(answer.type, await answer.text());
        } catch (refused) {
          seen.push(refused.name);
        }
      }
      const frame = document.createElement('iframe');
      frame.src = target;
      await new Promise((done) => { frame.onload = done; document.body.append(frame); });
      seen.push(frame.contentDocument === null);
      return seen;
    }, url);
    assert.deepEqual(read.slice(0, 2), ['TypeError', 'TypeError'], url);
    // Opaque: the page sees neither status nor body.
    assert.ok(read[2] === 'TypeError' || (read[2] === 'opaque' && read[3] === ''), url);
    assert.equal(read.at(-1), true, url);
  }
});

test('a page whose name was pointed at this machine is refused by its name', async () => {
  for (const [listener, paths] of [
    [gatepost.ingest, ['/v1/events', '/v1/subject', '/consent-relay.js']],
    [gatepost.admin, ['/v1/status', '/metrics', '/v1/dead-letters', '/healthz']]]) {
    const origin = `http://evil.example:${listener.port}`;
    const context = await browser.newContext();
    const page = await context.newPage();
    // It is loaded while the name still points at the attacker's server.
    await page.goto(`${origin}/page`);
    for (const path of paths) {
      const answers = await page.evaluate(async ([target, body]) => {
        const asked = [await fetch(target), await fetch(target,
          { method: 'POST', headers: { 'content-type': 'application/json' }, body })];
        return Promise.all(asked.map(async (each) => [each.status, (await each.json()).error.code]));
      }, [path, grantedEvent('stolen')]);
      assert.deepEqual(answers, [[403, 'host_not_allowed'], [403, 'host_not_allowed']], path);
    }
    await context.close();
  }
});

test('a page of an allowed origin posts and reads the answer, and has nothing at the operators\'', async () => {
  const answer = await onPage('shop.example', async ({ url, body }) => {
    const posted = await fetch(`${url}/v1/events`,
      { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    return [posted.status, (await posted.json()).results[0].outcome];
  }, { url: gatepost.ingest.url, body: grantedEvent('from-the-shop') });
  assert.deepEqual(answer, [202, 'queued']);
  const refusals = await onPage('shop.example', async ({ url, large }) => {
    const posts = [['/v1/events', 'text/plain', '{}'], ['/v1/nothing', 'text/plain', '{}'],
      ['/v1/events', 'application/json', large]];
    const statuses = [];
    for (const [path, type, body] of posts) {
      statuses.push((await fetch(url + path, { method: 'POST', headers: { 'content-type': type }, body })).status);
    }
    return statuses;
  }, { url: gatepost.ingest.url, large: `"${'x'.repeat(100_000)}"` });
  assert.deepEqual(refusals, [415, 404, 413]);
  const atAdmin = await onPage('shop.example', async (url) => {
    const refused = [];
    for (const [path, method] of [['/v1/status', 'GET'], ['/v1/dead-letters/replay', 'POST'], ['/v1/dead-letters', 'DELETE']]) {
      refused.push(await fetch(url + path, { method }).then(() => 'read', (error) => error.name));
    }
    return refused;
  }, gatepost.admin.url);
  assert.deepEqual(atAdmin, ['TypeError', 'TypeError', 'TypeError']);
});

test('a page of an allowed origin shows the token, and can read that it did not', async () => {
  const statuses = await onPage('shop.example', async ({ url, bodies, shown }) => {
    const post = async (headers, body) => (await fetch(`${url}/v1/events`,
      { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })).status;
    return [await post({ authorization: `Bearer ${shown}` }, bodies[0]),
      await post({ authorization: 'Bearer wrong' }, bodies[1]), await post({}, bodies[1])];
  }, { url: guarded.ingest.url, bodies: [grantedEvent('with-the-token'), grantedEvent('stolen')], shown: token });
  assert.deepEqual(statuses, [202, 401, 401]);
  assert.ok(await eventually(() => guarded.arrived.length > 0));
  assert.deepEqual(guarded.arrived, ['with-the-token']);
});

// The last one: by then everything that was taken before has arrived as well.
test('the upstream has seen what was granted by those who may, and nothing else', async () => {
  const answer = await fetch(`${gatepost.ingest.url}/v1/events`,
    { method: 'POST', headers: { 'content-type': 'application/json' }, body: grantedEvent('from-the-server') });
  assert.equal(answer.status, 202);
  assert.ok(await eventually(() => gatepost.arrived.includes('from-the-server')));
  assert.deepEqual(gatepost.arrived, ['from-the-shop', 'from-the-server']);
});
