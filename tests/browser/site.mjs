// A web site for one test: pages by path on a port of its own, seen through headless Chromium.
import http from 'node:http';
import { existsSync, readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/// A file of the project.
export const projectFile = (path) => readFileSync(`${process.env.GATEPOST_SOURCE_DIR}/${path}`, 'utf8');

export const relayScript = projectFile('config/consent-relay.js');

export const openBrowser = (...more) =>
  chromium.launch({ executablePath: process.env.CHROMIUM, headless: true, args: [...flags, ...more] });

/// Runs `visit(site)`, then closes what it opened. No page may have thrown, whatever happened on it.
export async function withSite(browser, visit) {
  const pages = new Map([['/consent-relay.js', relayScript], ['/', '<!doctype html>']]);
  const cookieHeaders = [];
  const server = http.createServer((request, response) => {
    cookieHeaders.push(request.headers.cookie ?? '');
    const path = new URL(request.url, 'http://site').pathname;
    const content = pages.get(path) ?? packageContent(path);
    response.writeHead(content === undefined ? 404 : 200, { 'content-type': type(path) });
    response.end(content);
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const context = await browser.newContext();
  const errors = [];
  context.on('weberror', (thrown) => errors.push(thrown.error().message));
  // Nothing outside the site is asked for: tags of third parties end here.
  await context.route((url) => url.origin !== origin && url.host !== 'shop.example',
    (route) => route.abort());
  try {
    await visit({
      origin, context, errors,
      put: (path, content) => pages.set(path, content),
      page: await context.newPage(),
      /// The Cookie header that the next request carries.
      async cookieHeader(page) {
        await page.goto(`${origin}/`);
        return cookieHeaders.at(-1);
      },
    });
    if (errors.length > 0) throw new Error(`a page threw: ${errors.join('; ')}`);
  } finally {
    await context.close();
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
}

// /node_modules/... is a file of an installed package.
function packageContent(path) {
  const file = new URL(`.${path}`, import.meta.url);
  return path.startsWith('/node_modules/') && existsSync(file) ? readFileSync(file) : undefined;
}

function type(path) {
  if (path.endsWith('.js')) return 'text/javascript; charset=utf-8';
  return path.endsWith('.css') ? 'text/css' : 'text/html; charset=utf-8';
}
