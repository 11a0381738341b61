// Real consent platforms from npm, driven in Chromium: what their cookies mean to `gatepost explain`.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openBrowser, projectFile, withSite } from './site.mjs';

const directory = mkdtempSync(join(tmpdir(), 'gatepost-platforms-'));
let browser;
before(async () => { browser = await openBrowser(); });
after(async () => {
  await browser?.close();
  rmSync(directory, { recursive: true });
});

/// What `gatepost explain` says about a visitor with this Cookie header; `consent` is that section of
/// the configuration.
function explain(cookie, consent, visitor = ['--country', 'DE']) {
  const given = ['explain', ...visitor, '--cookie', cookie];
  if (consent) {
    const file = join(directory, 'gatepost.yaml');
    writeFileSync(file, JSON.stringify({
      pixels: [{ id: 'C0EXAMPLE0PIXEL0CODE', access_token_env: 'TIKTOK_ACCESS_TOKEN' }], consent,
    }));
    given.push('--config', file);
  }
  return JSON.parse(execFileSync(process.env.GATEPOST, given, { encoding: 'utf8' }));
}

const head = (file) => `<!doctype html><meta charset="utf-8"><script src="/node_modules/${file}"></script>`;
const click = (name) => (page) => page.getByRole('button', { name, exact: true }).first().click();
// tarteaucitron's buttons listen only some time after they are shown.
const clickUntilHeard = (button) => (page) => page.waitForFunction((selector) => {
  document.querySelector(selector).click();
  return !document.cookie.includes('wait');
}, button, { polling: 100 });
const saveOnly = (purpose) => async (page) => {
  await page.getByTestId('orejime-banner-configure').click();
  await page.getByTestId(`orejime-purpose-${purpose}`).check({ force: true });
  await page.getByTestId('orejime-modal-save').click();
};
const run = (code) => (page) => page.evaluate(code);
const nothing = () => {};

const everyChoice = ({ accept, reject, marketing, analytics, none }) => [
  ['accepts everything', accept, 'granted'],
  ['rejects everything', reject, 'denied'],
  ['accepts only marketing', marketing, 'granted'],
  ['accepts only analytics', analytics, 'denied'],
  ['does not choose', nothing, none],
];

// `none` is what the cookie says before a choice: undefined where there is no cookie yet.
const platforms = [
  {
    name: 'vanilla-cookieconsent 3.1.0', entry: 'vanilla-cookieconsent',
    page: `${head('vanilla-cookieconsent/dist/cookieconsent.umd.js')}<body><script>
      CookieConsent.run({
        hideFromBots: false,
        categories: {necessary: {enabled: true, readOnly: true}, analytics: {}, marketing: {}},
        language: {default: 'en', translations: {en: {
          consentModal: {title: 'Cookies', acceptAllBtn: 'Accept all', acceptNecessaryBtn: 'Reject all'},
          preferencesModal: {sections: []}}}}});</script>`,
    choices: everyChoice({
      accept: click('Accept all'), reject: click('Reject all'),
      marketing: run("CookieConsent.acceptCategory(['marketing'])"),
      analytics: run("CookieConsent.acceptCategory(['analytics'])"),
    }),
  },
  {
    name: 'vanilla-cookieconsent 2.9.2', entry: 'vanilla-cookieconsent',
    // Without its style the banner stays hidden.
    page: `${head('vanilla-cookieconsent-2/dist/cookieconsent.js')}
      <link rel="stylesheet" href="/node_modules/vanilla-cookieconsent-2/dist/cookieconsent.css"><body><script>
      var cc = initCookieConsent();
      cc.run({
        hide_from_bots: false, current_lang: 'en',
        languages: {en: {
          consent_modal: {title: 'Cookies', description: 'Which?',
            primary_btn: {text: 'Accept all', role: 'accept_all'},
            secondary_btn: {text: 'Reject all', role: 'accept_necessary'}},
          settings_modal: {title: 'Settings', save_settings_btn: 'Save', blocks: [
            {title: 'Necessary', toggle: {value: 'necessary', enabled: true, readonly: true}},
            {title: 'Analytics', toggle: {value: 'analytics', enabled: false, readonly: false}},
            {title: 'Marketing', toggle: {value: 'marketing', enabled: false, readonly: false}}]}}}});</script>`,
    choices: everyChoice({
      accept: click('Accept all'), reject: click('Reject all'),
      marketing: run("cc.accept(['marketing'])"), analytics: run("cc.accept(['analytics'])"),
    }),
  },
  {
    name: 'klaro 0.7.22', entry: 'klaro',
    page: `<!doctype html><meta charset="utf-8"><script>
      window.klaroConfig = {
        storageMethod: 'cookie', acceptAll: true, lang: 'en', privacyPolicy: '/privacy',
        services: [{name: 'google-analytics', purposes: ['analytics']}, {name: 'tiktok-pixel', purposes: ['marketing']}]};
      function only(service) {
        var manager = klaro.getManager();
        manager.changeAll(false); manager.updateConsent(service, true); manager.saveAndApplyConsents();
      }</script><script src="/node_modules/klaro/dist/klaro.js"></script>`,
    choices: everyChoice({
      accept: click("That's ok"), reject: click('I decline'),
      marketing: run("only('tiktok-pixel')"), analytics: run("only('google-analytics')"),
    }),
  },
  {
    name: 'tarteaucitronjs 1.34.0', entry: 'tarteaucitron',
    page: `${head('tarteaucitronjs/tarteaucitron.js')}<body><script>
      window.tarteaucitronForceLanguage = 'en';
      tarteaucitron.user.gtagUa = 'G-XXXXXXX';
      tarteaucitron.user.tiktokId = 'C0EXAMPLE0PIXEL0CODE';
      tarteaucitron.init({orientation: 'middle', highPrivacy: true, AcceptAllCta: true, DenyAllCta: true, adblocker: false});
      (tarteaucitron.job = tarteaucitron.job || []).push('gtag', 'tiktok');
      function only(yes, no) {
        tarteaucitron.userInterface.respond(document.getElementById(yes + 'Allowed'), true);
        tarteaucitron.userInterface.respond(document.getElementById(no + 'Denied'), false);
      }</script>`,
    ready: "document.getElementById('tiktokAllowed') && document.cookie.includes('tiktok=wait')",
    choices: everyChoice({
      accept: clickUntilHeard('#tarteaucitronPersonalize2'), reject: clickUntilHeard('#tarteaucitronAllDenied2'),
      marketing: run("only('tiktok', 'gtag')"), analytics: run("only('gtag', 'tiktok')"), none: 'undecided',
    }),
  },
  {
    // One answer for everything.
    name: 'cookieconsent 3.1.1', entry: 'cookieconsent',
    page: `${head('cookieconsent/build/cookieconsent.min.js')}<body><script>
      cookieconsent.initialise({type: 'opt-in', content: {allow: 'Accept all', deny: 'Reject all'}});</script>`,
    choices: [
      ['accepts', (page) => page.click('.cc-allow'), 'granted'],
      ['rejects', (page) => page.click('.cc-deny'), 'denied'],
      ['does not choose', nothing, undefined],
    ],
  },
  {
    name: 'cookieconsent 3.1.1 as a banner that only informs', entry: 'cookieconsent',
    page: `${head('cookieconsent/build/cookieconsent.min.js')}<body><script>
      cookieconsent.initialise({type: 'info'});</script>`,
    choices: [['closes it', (page) => page.click('.cc-dismiss'), 'implied']],
  },
  {
    name: 'orejime 3.2.1', entry: 'orejime',
    page: `<!doctype html><meta charset="utf-8"><body><script>
      window.orejimeConfig = {privacyPolicyUrl: '/privacy', purposes: [
        {id: 'analytics', title: 'Analytics', cookies: []}, {id: 'marketing', title: 'Marketing', cookies: []}]};
      </script><script src="/node_modules/orejime/dist/orejime-standard-en.js"></script>`,
    choices: everyChoice({
      accept: click('Accept'), reject: click('Decline'),
      marketing: saveOnly('marketing'), analytics: saveOnly('analytics'),
    }),
  },
  {
    // No platform of its own: what the relay script makes of Consent Mode.
    name: 'consent-relay.js', entry: 'relay',
    page: `<!doctype html><script src="/consent-relay.js"></script><script>
      function gtag() { dataLayer.push(arguments); }
      gtag('consent', 'default', {ad_storage: 'denied', ad_user_data: 'denied', analytics_storage: 'denied'});
      function update(ads, analytics) {
        gtag('consent', 'update', {ad_storage: ads, ad_user_data: ads, analytics_storage: analytics});
      }</script>`,
    choices: everyChoice({
      accept: run("update('granted', 'granted')"), reject: run("update('denied', 'denied')"),
      marketing: run("update('granted', 'denied')"), analytics: run("update('denied', 'granted')"),
    }),
  },
];

/// Opens the platform's page, chooses and goes on: the Cookie header of the next request.
async function choosing({ page, ready }, choose, visit) {
  await withSite(browser, async (site) => {
    site.put('/page', page);
    await site.page.goto(`${site.origin}/page`);
    if (ready) await site.page.waitForFunction(ready);
    await choose(site.page);
    visit(await site.cookieHeader(site.page));
  });
}

for (const platform of platforms) {
  for (const [does, choose, state] of platform.choices) {
    test(`${platform.name}: a visitor who ${does}: ${state ?? 'no cookie'}`, () =>
      choosing(platform, choose, (cookie) => {
        const { decision, findings } = explain(cookie);
        assert.deepEqual(findings.map((each) => [each.format, each.state]),
          state === undefined ? [] : [[platform.entry, state]], cookie);
        assert.equal(decision.action, state === 'granted' ? 'send' : 'drop');
      }));
  }
}

test("a site's own name for marketing counts once consent.catalog says so", () =>
  choosing(platforms.find((each) => each.entry === 'klaro'), run("only('google-analytics')"), (cookie) => {
    const named = { catalog: { klaro: { marketing: ['google-analytics'] } } };
    assert.equal(explain(cookie).decision.rule, 'explicit-denial');
    assert.equal(explain(cookie, named).decision.rule, 'explicit-grant');
  }));

test("docs/consentstack.md: every row of the table is the program's answer", () => {
  const rows = projectFile('docs/consentstack.md').split('\n')
    .map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()))
    .filter((cells) => cells.length === 7 && /^(DE|US|unknown)$/.test(cells[0]));
  assert.equal(rows.length, 16);
  for (const [country, region, gpc, mark, action, rule, limited] of rows) {
    const visitor = [...(country === 'unknown' ? [] : ['--country', country]),
      ...(region === '' ? [] : ['--region', region]), ...(gpc === 'yes' ? ['--header', 'Sec-GPC: 1'] : [])];
    const at = Math.floor(Date.now() / 1000) - 86400;
    const cookie = mark === 'none' ? '' : `gatepost_consent=v1.${mark}.s:${at}.src:consentstack`;
    const { decision } = explain(cookie, undefined, visitor);
    const row = [country, region, gpc, mark].join(' ');
    assert.deepEqual([decision.action, `\`${decision.rule}\``], [action, rule], row);
    assert.equal(explain(cookie, { us_opt_out: 'limited' }, visitor).decision.action, limited, row);
  }
});
