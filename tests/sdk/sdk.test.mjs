// TikTok's official SDK, unchanged but for its base path: what it sends arrives gated and hashed, by
// either generation of the Events API, and its own access token goes nowhere.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import {
  ApiClient, EventCallbackApi, PixelBatchBody, PixelContent, PixelContext, PixelContextAd, PixelContextPage,
  PixelContextUser, PixelProperties, PixelTrackBody, PixelbatchBatch,
} from 'tiktok-business-api-sdk-official';
import { configuredToken, eventually, filesWith, withStage } from './stage.mjs';

const pixel = 'C0EXAMPLE0PIXEL0CODE';
const callersToken = 'planted-callers-token-4711';
const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const granted = { Cookie: 'klaro={"tiktok-pixel":true}' };
const denied = { Cookie: 'klaro={"tiktok-pixel":false}' };

/// The SDK with Gatepost as its base path, and what is known of one visitor as default headers.
function sdkOf(stage, headers = {}) {
  const client = new ApiClient();
  client.basePath = stage.ingest;
  Object.assign(client.defaultHeaders, headers);
  const api = new EventCallbackApi(client);
  // What the SDK's callback gets: its data, or its error.
  const call = (method) => (body) => new Promise((given, failed) => {
    api[method](callersToken, { body }, (error, data) => (error ? failed(error) : given(data)));
  });
  return { pixelTrack: call('pixelTrack'), pixelBatch: call('pixelBatch') };
}

/// An event as the SDK's models make it, of a visitor with these identifiers and a click of its own.
function order(id, user, into) {
  const event = into ?? new PixelTrackBody('Purchase', pixel);
  event.event = 'Purchase';
  event.event_id = id;
  event.timestamp = new Date().toISOString();
  event.context = Object.assign(new PixelContext(), {
    ad: Object.assign(new PixelContextAd(), { callback: `E.C.P.${id}` }),
    page: Object.assign(new PixelContextPage(), {
      url: 'https://shop.example/thanks?order=7&email=zebra%40example.com', referrer: 'https://shop.example/',
    }),
    user: Object.assign(new PixelContextUser(), user),
    ip: '203.0.113.7',
    user_agent: 'Mozilla/5.0 (X11; Linux x86_64)',
  });
  const item = Object.assign(new PixelContent(), {
    content_type: 'product', content_id: 'SKU-1', price: 8, quantity: 2,
  });
  event.properties = Object.assign(new PixelProperties(), { currency: 'EUR', value: 16, contents: [item] });
  return event;
}
const batchOf = (events) => new PixelBatchBody(events, pixel);
const ofBatch = () => Object.assign(new PixelbatchBatch(), { type: 'track' });

const zebra = { email: ' Zebra@Example.COM ', phone_number: '+44 20 7183 8750', external_id: 'Zebra-7' };
const hashedZebra = {
  email: sha256('zebra@example.com'), phone_number: sha256('+442071838750'), external_id: sha256('Zebra-7'),
};

// Where the two generations put the same things, in what arrives.
const shapes = {
  event: {
    path: () => '/open_api/v1.3/event/track/',
    identifiers: ({ user }) => ({
      email: user.email[0], phone_number: user.phone[0], external_id: user.external_id[0],
    }),
    rest: ({ user, page, event_time }) => ({
      clickId: user.ttclid, ip: user.ip, userAgent: user.user_agent, url: page.url, seconds: event_time,
    }),
  },
  pixel: {
    path: (events) => (events === 1 ? '/open_api/v1.3/pixel/track/' : '/open_api/v1.3/pixel/batch/'),
    identifiers: ({ context }) => ({ ...context.user }),
    rest: ({ context, timestamp }) => ({
      clickId: context.ad.callback, ip: context.ip, userAgent: context.user_agent, url: context.page.url,
      seconds: Date.parse(timestamp) / 1000,
    }),
  },
};

/// The events that have arrived, by id, when there are so many of them.
async function arrivals(stage, count) {
  const shown = await eventually(async () => {
    const found = await stage.arrived();
    return found.length >= count && found;
  }, `${count} events at the sandbox`);
  assert.equal(shown.length, count);
  return Object.fromEntries(shown.map((each) => [each.event.event_id, each]));
}

// Somebody else: what somebody denies takes back what waits of theirs.
const yak = { email: 'yak@example.com' };

/// Everything that is on its way has been settled.
const settled = (stage) => eventually(async () => await stage.unsettled() === 0, 'an empty spool');

for (const [api, shape] of Object.entries(shapes)) {
  const scene = (name, act, more = {}) =>
    test(`${api}: ${name}`, () => withStage({ pixel: `id: ${pixel}, api: ${api}`, ...more }, act));

  scene('pixelTrack arrives hashed for a visitor whose cookie grants, and for nobody else', async (stage) => {
    const begun = Math.floor(Date.now() / 1000);
    const answer = await sdkOf(stage, granted).pixelTrack(order('yes', zebra));
    assert.match(answer.request_id, /^\S+$/);
    assert.equal(answer.data.dropped, undefined);
    const no = await sdkOf(stage, denied).pixelTrack(order('no', yak));
    assert.deepEqual(no.data, { dropped: 1, reasons: ['explicit-denial'] });
    const silent = await sdkOf(stage).pixelTrack(order('silent', zebra));
    assert.deepEqual(silent.data, { dropped: 1, reasons: ['opt-in-default'] });
    await settled(stage);
    const { yes } = await arrivals(stage, 1);
    assert.equal(yes.event_source_id, pixel);
    assert.equal(yes.event.event, 'Purchase');
    assert.deepEqual(shape.identifiers(yes.event), hashedZebra);
    const { seconds, ...rest } = shape.rest(yes.event);
    assert.deepEqual(rest, {
      clickId: 'E.C.P.yes', ip: '203.0.113.7', userAgent: 'Mozilla/5.0 (X11; Linux x86_64)',
      url: 'https://shop.example/thanks?order=7',
    });
    assert.ok(seconds >= begun && seconds <= Date.now() / 1000);
    assert.equal(yes.event.properties.value, 16);
    assert.deepEqual(stage.seen.map((each) => each.path), [shape.path(1)]);
  });

  scene('pixelBatch: each event has its own visitor; raw and hashed identifiers arrive alike', async (stage) => {
    const events = [
      Object.assign(order('raw', zebra, ofBatch()), { consent: { marketing: 'granted' } }),
      Object.assign(order('refused', yak, ofBatch()), { consent: { marketing: 'denied' } }),
      Object.assign(order('hashed', hashedZebra, ofBatch()), { visitor: { cookie: granted.Cookie } }),
      order('silent', zebra, ofBatch()),
      Object.assign(order('shouted', { email: hashedZebra.email.toUpperCase() }, ofBatch()),
        { consent: { marketing: 'granted' } }),
    ];
    // The batch's own headers grant nothing to any of them.
    const answer = await sdkOf(stage, granted).pixelBatch(batchOf(events));
    assert.equal(answer.data.dropped, 2);
    assert.deepEqual(answer.data.reasons, ['explicit-denial', 'opt-in-default']);
    await settled(stage);
    const { raw, hashed, shouted } = await arrivals(stage, 3);
    assert.deepEqual(shape.identifiers(raw.event), hashedZebra);
    assert.deepEqual(shape.identifiers(hashed.event), hashedZebra);
    assert.equal(JSON.stringify(shouted.event).includes(hashedZebra.email), true);
    for (const each of [raw, hashed, shouted]) {
      assert.equal(each.event.visitor, undefined);
      assert.equal(each.event.consent, undefined);
    }
    assert.deepEqual(stage.seen.map((each) => each.path), [shape.path(3)]);
  });
}

test('a batch that is refused by a header sends nothing, whatever its events say', () =>
  withStage({ pixel: `id: ${pixel}` }, async (stage) => {
    const events = [1, 2].map((n) =>
      Object.assign(order(`e${n}`, zebra, ofBatch()), { consent: { marketing: 'granted' } }));
    const answer = await sdkOf(stage, denied).pixelBatch(batchOf(events));
    assert.deepEqual(answer.data, { dropped: 2, reasons: ['explicit-denial', 'explicit-denial'] });
    assert.deepEqual(await stage.arrived(), []);
  }));

test('the models keep keys set on them, but what they build from an object loses unknown ones', () => {
  const source = { event: 'Purchase', pixel_code: pixel, consent: { marketing: 'granted' } };
  assert.equal(PixelTrackBody.constructFromObject(source).consent, undefined);
  const event = Object.assign(PixelTrackBody.constructFromObject(source), { consent: source.consent });
  assert.deepEqual(JSON.parse(JSON.stringify(event)), source);
});

test('a grant in the registry serves events without a signal, known by raw or hashed e-mail', () =>
  withStage({ pixel: `id: ${pixel}` }, async (stage) => {
    const said = await stage.post('/v1/consent', { marketing: 'granted', user: { email: 'zebra@example.com' } });
    assert.equal(said.status, 200);
    const sdk = sdkOf(stage);
    for (const [id, email] of [['raw', zebra.email], ['hashed', hashedZebra.email]]) {
      const answer = await sdk.pixelTrack(order(id, { email }));
      assert.equal(answer.data.dropped, undefined);
    }
    const other = await sdk.pixelTrack(order('other', yak));
    assert.deepEqual(other.data, { dropped: 1, reasons: ['opt-in-default'] });
    await settled(stage);
    assert.deepEqual(Object.keys(await arrivals(stage, 2)).sort(), ['hashed', 'raw']);

    const withdrawn = await stage.post('/v1/consent', { marketing: 'denied', user: { email: hashedZebra.email } });
    assert.equal(withdrawn.status, 200);
    const after = await sdkOf(stage).pixelTrack(order('after', zebra));
    assert.deepEqual(after.data, { dropped: 1, reasons: ['withdrawn'] });
  }));

test('the access token of the caller is not sent on, kept or logged; the configured one is sent', () =>
  withStage({ pixel: `id: ${pixel}`, more: 'audit: {record: all}' }, async (stage) => {
    const sdk = sdkOf(stage, granted);
    await sdk.pixelTrack(order('sent', zebra));
    await sdkOf(stage, denied).pixelTrack(order('dropped', yak));
    await assert.rejects(sdk.pixelTrack({ pixel_code: pixel }));
    await assert.rejects(sdk.pixelTrack(order('elsewhere', zebra, new PixelTrackBody('', 'CUNKNOWN'))));
    await settled(stage);
    // One waits on disk while the files are looked at, one is dead.
    await stage.control({ code: 40002, count: 1 });
    await sdk.pixelTrack(order('dead', zebra));
    await settled(stage);
    await stage.control({ mode: 'hang' });
    await sdk.pixelTrack(order('waits', zebra));
    await eventually(() => stage.seen.length === 3, 'the third request');
    for (const { headers } of stage.seen) {
      assert.equal(headers['access-token'], configuredToken);
    }
    const sent = stage.seen.map((each) => JSON.stringify(each)).join();
    for (const secret of [callersToken, 'tiktok-pixel', 'Zebra', 'zebra@', 'Business-SDK']) {
      assert.ok(!sent.includes(secret), secret);
      assert.ok(!stage.log.includes(secret), secret);
      assert.deepEqual(await filesWith(secret, stage.directory), [], secret);
    }
    assert.deepEqual(await filesWith(configuredToken, stage.directory), []);
    assert.ok(stage.log.includes('starting'));
    assert.notDeepEqual(await filesWith(hashedZebra.email, stage.directory), []);
  }));

test('what is refused comes back as the error that the SDK makes of TikTok\'s own', () =>
  withStage({ pixel: `id: ${pixel}, max_spool_bytes: 4KiB` }, async (stage) => {
    const sdk = sdkOf(stage, granted);
    const refusal = (code, message) => (error) => {
      assert.match(error.message, new RegExp(`^request_id:\\S+ message: ${message}.* code: ${code}$`));
      assert.ok(!error.message.includes('zebra'));
      return true;
    };
    const unknown = order('x', zebra);
    unknown.pixel_code = 'CUNKNOWN';
    await assert.rejects(sdk.pixelTrack(unknown), refusal(40001, '/events/0/pixel: '));
    const wrongTime = order('x', zebra);
    wrongTime.timestamp = 'zebra';
    await assert.rejects(sdk.pixelTrack(wrongTime), refusal(40002, '/events/0/timestamp: '));
    // All or nothing.
    const fine = () => Object.assign(order('fine', zebra, ofBatch()), { consent: { marketing: 'granted' } });
    const broken = Object.assign(fine(), { event_id: 7, event: undefined });
    await assert.rejects(sdk.pixelBatch(batchOf([fine(), broken])), refusal(40002, '/events/1/event: '));
    await assert.rejects(sdk.pixelBatch(batchOf([])), refusal(40002, '/batch: '));
    const many = Array.from({ length: 51 }, fine);
    await assert.rejects(sdk.pixelBatch(batchOf(many)), refusal(40002, '/batch: '));
    assert.deepEqual(await stage.arrived(), []);

    // A pixel's share of the spool: the SDK makes an error of the status, with TikTok's answer in it.
    await stage.control({ mode: 'hang' });
    let full;
    for (let n = 0; !full && n < 20; ++n) {
      await sdk.pixelTrack(order(`n${n}`, zebra)).catch((error) => { full = error; });
    }
    assert.equal(full.status, 429);
    assert.equal(full.response.body.code, 40100);
    assert.ok(Number(full.response.headers['retry-after']) > 0);
  }));
