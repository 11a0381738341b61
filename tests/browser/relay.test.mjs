// config/consent-relay.js in Chromium. The platforms are the pages' own words to gtag(), and for TCF
// and GPP the IAB's own CMP libraries.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { parse } from 'acorn';
import { Segment, SegmentEncoder, TCModel } from '@iabtechlabtcf/core';
import { openBrowser, relayScript, withSite } from './site.mjs';

const noon = Date.UTC(2026, 10, 22, 12) / 1000;
const day = 86400;
const relay = '<script src="/consent-relay.js"></script>';
const gtag = '<script>window.dataLayer = window.dataLayer || []; function gtag() { dataLayer.push(arguments); }</script>';
const consent = (command, storage, userData = storage) =>
  `gtag('consent', '${command}', {ad_storage: '${storage}', ad_user_data: '${userData}'});`;
const script = (code) => `<script>${code}</script>`;
const button = (id, code) => `<button id="${id}" onclick="${code}">${id}</button>`;
const buttons = button('yes', consent('update', 'granted')) + button('no', consent('update', 'denied'));
const undecided = gtag + script(consent('default', 'denied'));

let browser;
before(async () => { browser = await openBrowser(); });
after(() => browser?.close());

/// A test on a site whose pages see a clock that stands still at noon until it is moved.
function scene(name, visit) {
  test(name, () => withSite(browser, async (site) => {
    await site.page.clock.install({ time: (noon - 1) * 1000 });
    await site.page.clock.pauseAt(noon * 1000);
    site.open = async (html, path = '/page') => {
      site.put(path, `<!doctype html>${html}`);
      await site.page.goto(site.origin + path);
    };
    // The script looks for platforms that come late, and lets a replayed yes wait, for ten seconds.
    site.wait = () => site.page.clock.runFor(11_000);
    site.cookies = async () => (await site.context.cookies()).filter((each) => each.name === 'gatepost_consent');
    site.cookie = async () => (await site.cookies())[0];
    site.mark = async () => (await site.cookie())?.value.match(/^v1\.m:([01i])\./)[1];
    site.keep = (mark, at) => site.context.addCookies(
      [{ name: 'gatepost_consent', value: `v1.m:${mark}.s:${at}.src:page`, url: site.origin }]);
    await visit(site);
  }));
}

test('the script is under 2048 bytes and plain ECMAScript 5', () => {
  assert.ok(Buffer.byteLength(relayScript) < 2048);
  parse(relayScript, { ecmaVersion: 5 });
});

scene('a visitor who accepts gets a grant, with the time of the choice', async (site) => {
  await site.open(relay + undecided + buttons);
  assert.equal(await site.mark(), undefined);
  await site.page.click('#yes');
  const cookie = await site.cookie();
  assert.equal(cookie.value, `v1.m:1.s:${noon}.src:page`);
  assert.deepEqual([cookie.path, cookie.sameSite, cookie.secure, cookie.httpOnly, cookie.domain],
    ['/', 'Lax', false, false, '127.0.0.1']);
  const lifetime = cookie.expires - Date.now() / 1000;
  assert.ok(Math.abs(lifetime - 395 * day) < 60, `${lifetime} s`);
});

scene('a visitor may change their mind both ways', async (site) => {
  await site.open(relay + undecided + buttons);
  for (const [choice, mark] of [['no', '0'], ['yes', '1'], ['no', '0'], ['yes', '1']]) {
    await site.page.click(`#${choice}`);
    assert.equal(await site.mark(), mark);
    await site.page.clock.runFor(60_000);
  }
  assert.equal((await site.cookie()).value, `v1.m:1.s:${noon + 180}.src:page`);
});

const pages = [
  ['no choice: denied by default writes nothing', consent('default', 'denied'), undefined],
  ['nothing said writes nothing', '', undefined],
  ['granted by default is implied', consent('default', 'granted'), 'i', null],
  ['granted by default for one signal alone writes nothing', "gtag('consent', 'default', {ad_storage: 'granted'});", undefined],
  ['granted by default in a region alone writes nothing',
    "gtag('consent', 'default', {ad_storage: 'granted', ad_user_data: 'granted', region: ['US-CA']});", undefined],
  ['granted by default but denied in a region writes nothing',
    `${consent('default', 'granted')} gtag('consent', 'default', {ad_storage: 'denied', region: ['DE']});`, undefined],
  ['denied in a region and then granted by default writes nothing',
    `gtag('consent', 'default', {ad_user_data: 'denied', region: ['DE']}); ${consent('default', 'granted')}`, undefined],
  ['a stored yes replayed as update is a grant', consent('default', 'denied') + consent('update', 'granted'), '1'],
  ['a stored no replayed as update is a denial', consent('default', 'denied') + consent('update', 'denied'), '0'],
  ['a default after the update changes nothing', consent('update', 'granted') + consent('default', 'denied'), '1'],
  ['an update that denies ad_user_data alone is a denial', consent('default', 'denied') + consent('update', 'granted', 'denied'), '0'],
  ['an update of ad_storage alone keeps what was updated of ad_user_data',
    `${consent('update', 'granted')} gtag('consent', 'update', {ad_storage: 'granted'});`, '1'],
  ['an update of ad_storage alone is no grant while ad_user_data is denied by default',
    `${consent('default', 'denied')} gtag('consent', 'update', {ad_storage: 'granted'});`, undefined],
  ['an update of ad_storage alone is implied when ad_user_data is granted by default',
    `${consent('default', 'granted')} gtag('consent', 'update', {ad_storage: 'granted'});`, 'i'],
  ['an update for analytics alone writes nothing',
    `${consent('default', 'denied')} gtag('consent', 'update', {analytics_storage: 'granted'});`, undefined],
  ['entries that are no commands are passed over',
    `dataLayer.push(null, undefined, 7, 'consent', {consent: 1}, ['consent'], {event: 'x'}); gtag('consent'); ${consent('update', 'granted')}`, '1'],
];
for (const [name, code, expected, atOnce = expected] of pages) {
  for (const [order, build] of [
    ['loaded first', () => relay + gtag + script(code)],
    ['loaded last', () => gtag + script(code) + relay]]) {
    scene(`Consent Mode, ${order}: ${name}`, async (site) => {
      await site.open(build());
      // Choices are written at once, defaults when the wait is over.
      assert.equal(await site.mark(), atOnce ?? undefined);
      await site.wait();
      assert.equal(await site.mark(), expected);
    });
  }
}

for (const mark of ['0', '1']) {
  scene(`granted by default does not overwrite an explicit ${mark}`, async (site) => {
    await site.keep(mark, noon - day);
    await site.open(relay + gtag + script(consent('default', 'granted')));
    await site.wait();
    assert.equal((await site.cookie()).value, `v1.m:${mark}.s:${noon - day}.src:page`);
  });
}

scene('a replay keeps the time of the choice and lengthens the life of the cookie', async (site) => {
  await site.keep('1', noon - 100 * day);
  await site.open(relay + undecided + script(consent('update', 'granted')));
  const cookie = await site.cookie();
  assert.equal(cookie.value, `v1.m:1.s:${noon - 100 * day}.src:page`);
  assert.ok(cookie.expires > Date.now() / 1000 + 394 * day);
});

scene('the same answer given again by hand has the new time', async (site) => {
  await site.keep('1', noon - 390 * day);
  await site.open(relay + undecided + buttons);
  await site.page.click('#yes');
  assert.equal((await site.cookie()).value, `v1.m:1.s:${noon}.src:page`);
});

scene('a click that is no choice does not renew the time', async (site) => {
  await site.keep('1', noon - 100 * day);
  await site.open(relay + undecided + script(consent('update', 'granted')) +
    button('cart', "gtag('event', 'add_to_cart'); dataLayer.push({event: 'x'})"));
  await site.page.click('#cart');
  assert.equal((await site.cookie()).value, `v1.m:1.s:${noon - 100 * day}.src:page`);
});

scene('a time ahead of the clock is set right', async (site) => {
  await site.keep('1', noon + 100 * day);
  await site.open(relay + undecided + script(consent('update', 'granted')));
  assert.equal((await site.cookie()).value, `v1.m:1.s:${noon}.src:page`);
});

scene('a replayed yes takes the place of a no only after ten seconds, a given one at once', async (site) => {
  await site.keep('0', noon - day);
  await site.open(relay + undecided + buttons + script(consent('update', 'granted')));
  assert.equal(await site.mark(), '0');
  await site.wait();
  assert.equal(await site.mark(), '1');
  await site.keep('0', noon - day);
  await site.page.reload();
  await site.page.click('#yes');
  assert.equal(await site.mark(), '1');
});

scene('a withdrawal is written at once, also when it is replayed', async (site) => {
  await site.keep('1', noon - day);
  await site.open(relay + undecided + script(consent('update', 'denied')));
  assert.equal((await site.cookie()).value, `v1.m:0.s:${noon}.src:page`);
});

scene('a data layer that the page puts in place later is heard as well', async (site) => {
  await site.open(relay + script('dataLayer = [{page: 1}];') + gtag + buttons);
  await site.page.clock.runFor(500);
  await site.page.click('#yes');
  assert.equal(await site.mark(), '1');
});

scene("what others did to the data layer's push goes on working", async (site) => {
  await site.open(gtag + script(`
    var own = dataLayer.push, seen = [];
    dataLayer.push = function () { seen.push([].slice.call(arguments)); return own.apply(dataLayer, arguments); };`) +
    relay + script(`var length = dataLayer.push({a: 1}, {b: 2}); ${consent('update', 'granted')}`));
  assert.deepEqual(await site.page.evaluate('[length, dataLayer.length, seen.length]'), [2, 3, 2]);
  assert.equal(await site.mark(), '1');
});

scene('a page that may not have cookies goes on without an error', async (site) => {
  site.put('/inside', `<!doctype html>${relay + gtag + script(consent('update', 'granted') + 'window.done = 1;')}`);
  await site.open('<iframe sandbox="allow-scripts" src="/inside"></iframe>');
  const frame = site.page.frames().find((each) => each.url().endsWith('/inside'));
  await frame.waitForFunction('window.done');
  await site.wait();
  assert.equal(await site.mark(), undefined);
});

scene('the script tag sets domain and name; over https the cookie is secure', async (site) => {
  await site.context.route('https://www.shop.example/**', (route) => (route.request().url().endsWith('.js')
    ? route.fulfill({ body: relayScript, contentType: 'text/javascript' })
    : route.fulfill({ contentType: 'text/html', body: `<!doctype html>${gtag}
        <script src="/consent-relay.js" data-domain="shop.example" data-src="consentstack"></script>
        ${script(consent('update', 'granted'))}` })));
  await site.page.goto('https://www.shop.example/');
  const cookie = await site.cookie();
  assert.deepEqual([cookie.domain, cookie.secure, cookie.value],
    ['.shop.example', true, `v1.m:1.s:${noon}.src:consentstack`]);
});

// TCF. What the visitor chose goes through the IAB's encoder, decoder and CMP API.
function tcString({ purposes = [], vendors = [], disclosed = [755, 986] }) {
  const model = new TCModel();
  Object.assign(model, { cmpId: 10, cmpVersion: 1, vendorListVersion: 146, policyVersion: 5,
    isServiceSpecific: true, publisherCountryCode: 'DE', consentLanguage: 'EN' });
  model.purposeConsents.set(purposes);
  model.vendorConsents.set(vendors);
  model.vendorsDisclosed.set(disclosed);
  return [Segment.CORE, Segment.VENDORS_DISCLOSED].map((each) => SegmentEncoder.encode(model, each)).join('.');
}
const everything = { purposes: [1, 2, 3, 4, 7, 10], vendors: [755, 986] };
const strings = {
  all: tcString(everything),
  nothing: tcString({}),
  analytics: tcString({ purposes: [1, 7, 8, 9], vendors: [755, 986] }),
  all_but_1: tcString({ ...everything, purposes: [2, 3, 4, 7] }),
  all_but_3: tcString({ ...everything, purposes: [1, 2, 4, 7] }),
  all_but_4: tcString({ ...everything, purposes: [1, 2, 3, 7] }),
  not_us: tcString({ ...everything, vendors: [755] }),
  not_disclosed: tcString({ ...everything, vendors: [755], disclosed: [755, 1000] }),
};
const platform = `<script type="importmap">{"imports": {"@iabtechlabtcf/core": "/node_modules/@iabtechlabtcf/core/lib/mjs/index.js"}}</script>
<script type="module">
  import { CmpApi } from '/node_modules/@iabtechlabtcf/cmpapi/lib/mjs/index.js';
  window.cmp = new CmpApi(10, 1, true);
</script>`;
const chooses = (site, name) => site.page.evaluate(`cmp.update('${strings[name]}')`);

/// Opens a page with a platform that shows its banner ('') or has a stored choice.
async function tcfPage(site, stored, tag = relay) {
  await site.open(tag + platform);
  await site.page.waitForFunction('window.cmp');
  await site.page.evaluate(`cmp.update(${JSON.stringify(stored)}, ${stored === ''})`);
  await site.page.clock.runFor(500);
}

for (const [choice, mark] of [['all', '1'], ['nothing', '0'], ['analytics', '0'], ['all_but_1', '0'],
  ['all_but_3', '0'], ['all_but_4', '0'], ['not_us', '0'], ['not_disclosed', undefined]]) {
  scene(`TCF: a banner writes nothing, the answer "${choice}" is ${mark ?? 'nothing'}`, async (site) => {
    await tcfPage(site, '');
    assert.equal(await site.mark(), undefined);
    await chooses(site, choice);
    assert.equal(await site.mark(), mark);
  });
  scene(`TCF: the stored answer "${choice}" is ${mark ?? 'nothing'}`, async (site) => {
    await tcfPage(site, strings[choice]);
    assert.equal(await site.mark(), mark);
  });
}

scene('TCF: a change of mind both ways, and the same answer again has the new time', async (site) => {
  await tcfPage(site, strings.all);
  for (const [choice, mark] of [['nothing', '0'], ['all', '1'], ['all', '1']]) {
    await site.page.clock.runFor(60_000);
    await chooses(site, choice);
    assert.equal(await site.mark(), mark);
  }
  const now = await site.page.evaluate('Math.floor(Date.now() / 1000)');
  assert.equal((await site.cookie()).value, `v1.m:1.s:${now}.src:page`);
});

scene('TCF: a stored answer keeps its time', async (site) => {
  await site.keep('1', noon - 100 * day);
  await tcfPage(site, strings.all);
  assert.equal((await site.cookie()).value, `v1.m:1.s:${noon - 100 * day}.src:page`);
});

scene('TCF: where GDPR does not apply nothing is written', async (site) => {
  await tcfPage(site, null);
  await site.wait();
  assert.equal(await site.mark(), undefined);
});

scene('TCF: where GDPR does not apply, empty lists of consents are no denial', async (site) => {
  await site.open(script(`
    window.__tcfapi = function (command, version, tell) {
      tell({gdprApplies: false, eventStatus: 'tcloaded', purpose: {consents: {}}, vendor: {consents: {}}}, true);
    };`) + relay);
  await site.wait();
  assert.equal(await site.mark(), undefined);
});

scene('TCF: an answer that the platform calls a failure is not read', async (site) => {
  await site.open(script(`
    window.__tcfapi = function (command, version, tell) {
      tell({gdprApplies: true, eventStatus: 'tcloaded', purpose: {consents: {1: true, 3: true, 4: true}},
        vendor: {consents: {986: true}}}, false);
    };`) + relay);
  await site.wait();
  assert.equal(await site.mark(), undefined);
});

scene('TCF: another vendor is asked for with data-vendor', async (site) => {
  await tcfPage(site, strings.not_us, '<script src="/consent-relay.js" data-vendor="755"></script>');
  assert.equal(await site.mark(), '1');
});

scene('TCF: data-vendor="none" leaves TCF out', async (site) => {
  await tcfPage(site, strings.nothing, '<script src="/consent-relay.js" data-vendor="none"></script>');
  await site.wait();
  assert.equal(await site.mark(), undefined);
});

scene('TCF: its no beats the yes of Consent Mode, in either order', async (site) => {
  await tcfPage(site, '', relay + undecided + buttons);
  await site.page.click('#yes');
  assert.equal(await site.mark(), '1');
  await chooses(site, 'not_us');
  assert.equal(await site.mark(), '0');
  await site.page.click('#yes');
  assert.equal(await site.mark(), '0');
  await chooses(site, 'all');
  assert.equal(await site.mark(), '1');
});

// GPP, with a stub as platforms put it into the page (it keeps listeners until the IAB's library asks
// for them) and that library behind it.
const stub = script(`
  window.__gpp = function (command, tell) {
    if (command === 'events') return __gpp.events;
    if (command !== 'addEventListener') return [];
    __gpp.events.push({id: __gpp.events.length + 1, callback: tell});
    tell({eventName: 'listenerRegistered', listenerId: __gpp.events.length, data: true,
      pingData: {cmpStatus: 'stub', signalStatus: 'not ready', parsedSections: {}}}, true);
  };
  __gpp.events = [];`);
const library = `<script type="module">
  import { CmpApi } from '/node_modules/@iabgpp/cmpapi/lib/mjs/index.js';
  window.cmp = new CmpApi(31, 1);
  window.says = (section, field, value) => { cmp.setFieldValue(section, field, value); cmp.fireSectionChange(section); };
</script>`;

async function gppPage(site, fields, { ready = true } = {}) {
  await site.open(stub + relay + library);
  await site.page.waitForFunction('window.says');
  await site.page.evaluate(([all, now]) => {
    for (const each of all) window.cmp.setFieldValue(...each);
    if (now) window.cmp.setSignalStatus('ready');
  }, [fields, ready]);
  await site.page.clock.runFor(500);
}

for (const [name, field, mark] of [
  ['sale', ['usnat', 'SaleOptOut', 1], '0'],
  ['sharing', ['usca', 'SharingOptOut', 1], '0'],
  ['targeted advertising', ['usco', 'TargetedAdvertisingOptOut', 1], '0'],
  ['the older US Privacy section', ['uspv1', 'OptOutSale', 'Y'], '0'],
  ['Global Privacy Control', ['usnat', 'Gpc', true], '0'],
  ['not opted out', ['usnat', 'SaleOptOut', 2], undefined],
  ['opted out of nothing, only told of it', ['usnat', 'SaleOptOutNotice', 1], undefined],
  ['not opted out in the older section', ['uspv1', 'OptOutSale', 'N'], undefined],
  ['no Global Privacy Control', ['usnat', 'Gpc', false], undefined]]) {
  scene(`GPP: ${name} is ${mark ?? 'nothing'}`, async (site) => {
    await gppPage(site, [field]);
    await site.wait();
    assert.equal(await site.mark(), mark);
  });
}

scene('GPP: a platform that was there before the script is heard', async (site) => {
  await site.open(stub + library);
  await site.page.waitForFunction('window.says');
  await site.page.evaluate("cmp.setFieldValue('usnat', 'SaleOptOut', 1); cmp.setSignalStatus('ready')");
  await site.page.addScriptTag({ url: '/consent-relay.js' });
  assert.equal(await site.mark(), '0');
});

scene('GPP: what is not ready is not read', async (site) => {
  await gppPage(site, [], { ready: false });
  await site.page.evaluate("says('usnat', 'SaleOptOut', 1)");
  await site.wait();
  assert.equal(await site.mark(), undefined);
  await site.page.evaluate("cmp.setSignalStatus('ready')");
  assert.equal(await site.mark(), '0');
});

scene('GPP: opting out and in again ends at implied, not at a grant', async (site) => {
  await gppPage(site, [['usnat', 'SaleOptOut', 2]]);
  await site.page.evaluate("says('usnat', 'SaleOptOut', 1)");
  assert.equal(await site.mark(), '0');
  await site.page.evaluate("says('usnat', 'SaleOptOut', 2)");
  assert.equal(await site.mark(), 'i');
});

scene('GPP: an opt-out beats the yes of Consent Mode', async (site) => {
  await site.open(stub + relay + gtag + script(consent('update', 'granted')) + library);
  await site.page.waitForFunction('window.says');
  await site.page.evaluate("cmp.setFieldValue('usca', 'SaleOptOut', 1); cmp.setSignalStatus('ready')");
  assert.equal(await site.mark(), '0');
});

scene('GPP: sections as lists of segments are read as well', async (site) => {
  await site.open(relay + script(`
    window.__gpp = function (command, tell) {
      tell({eventName: 'signalStatus', data: 'ready', pingData: {signalStatus: 'ready',
        parsedSections: {usnat: [{Version: 1, SaleOptOut: 2}, {SubsectionType: 1, Gpc: true}]}}}, true);
    };`));
  await site.page.clock.runFor(500);
  assert.equal(await site.mark(), '0');
});
