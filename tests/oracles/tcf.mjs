// Random TC strings with what the IAB's own library decodes from them, a JSON line each:
//   node tcf.mjs SEED COUNT
//
// Two thirds are encoded by the library, segment by segment: its TCString.encode would remove bits
// that its vendor list does not know. The others are written bit by bit, in forms that the library
// never chooses but reads: ranges where a bit field is shorter, ranges that overlap or run
// backwards through the ids, restrictions of one purpose in several places, bytes as padding.
import { Base64Url, SegmentEncoder, PurposeRestriction, TCModel, TCString } from '@iabtechlabtcf/core';
import { random } from './random.mjs';
import { verdict } from './tcf_verdict.mjs';

const [seed, count] = process.argv.slice(2).map(Number);
const { below, between, chance, pick } = random(seed);

const upTo = (n) => Array.from({ length: n }, (_, i) => i + 1);
const some = (list, share) => list.filter(() => chance(share));
const PURPOSES = upTo(24);
const ID_LIMIT = 65535;
const day = () => Date.UTC(pick([2020, 2022, 2023, 2024, 2025, 2026]), below(12), between(1, 28));
// Around the days on which a rule begins.
const time = () => chance(0.1)
  ? pick([Date.UTC(2023, 9, 1), Date.UTC(2026, 2, 1)]) + pick([-100, 0, 100]) : day();

function vendors(wanted) {
  const base = pick([
    () => [],
    () => some(upTo(between(1, 60)), 0.5),
    () => some(upTo(between(900, 1400)), pick([0.02, 0.5, 0.97])),
    () => { const from = between(1, 1400); return upTo(between(1, 400)).map((i) => from + i); },
    () => upTo(between(1, 20)).map(() => between(1, 3000)),
    () => chance(0.1) ? [between(1, 100), between(60000, ID_LIMIT)] : [between(1, 100)],
  ])();
  const set = new Set(base);
  if (chance(0.92)) set.add(wanted); else set.delete(wanted);
  return [...set].sort((a, b) => a - b);
}

function fields() {
  const vendor = chance(0.7) ? 986 : chance(0.9) ? between(1, 1500) : between(1500, ID_LIMIT);
  const restrictions = chance(0.5) ? [] : upTo(between(1, 6)).map(() => ({
    purpose: chance(0.5) ? between(1, 11) : pick([2, 7, 9]),
    type: below(3), // the library refuses to read 3
    vendors: chance(0.6) ? [vendor] : some(upTo(60), 0.3),
  }));
  return {
    vendor, restrictions,
    created: time(),
    policy: pick([2, 3, 4, 4, 5, 5, 5]),
    service_specific: chance(0.97),
    one_treatment: chance(0.05),
    purpose_consents: some(PURPOSES, pick([0.5, 0.97, 1, 1])),
    purpose_interests: some(PURPOSES, pick([0.5, 0.97, 1, 1])),
    consents: vendors(vendor),
    interests: vendors(vendor),
    disclosed: chance(0.75) ? vendors(vendor) : null,
    allowed: chance(0.05) ? vendors(vendor) : null,
    publisher: chance(0.4)
      ? { custom: between(0, 9), consents: some(PURPOSES, 0.5), interests: some(PURPOSES, 0.5) }
      : null,
  };
}

// By the library.
function encoded(from) {
  const model = new TCModel();
  model.cmpId = between(2, 4095);
  model.cmpVersion = below(4096);
  model.consentScreen = below(64);
  model.vendorListVersion = below(4096);
  model.publisherCountryCode = pick(['DE', 'FR', 'AA']);
  model.policyVersion = from.policy;
  model.isServiceSpecific = from.service_specific;
  model.useNonStandardTexts = chance(0.5);
  model.purposeOneTreatment = from.one_treatment;
  model.specialFeatureOptins.set(some([1, 2], 0.5));
  model.created = new Date(from.created);
  model.lastUpdated = new Date(from.created + pick([0, 86400000]));
  model.purposeConsents.set(from.purpose_consents);
  model.purposeLegitimateInterests.set(from.purpose_interests);
  model.vendorConsents.set(from.consents);
  model.vendorLegitimateInterests.set(from.interests);
  for (const each of from.restrictions) {
    const restriction = new PurposeRestriction(each.purpose, each.type);
    each.vendors.forEach((vendor) => model.publisherRestrictions.add(vendor, restriction));
  }
  // Lets a range end at the first id that is missing.
  model.publisherRestrictions.gvl = { vendorIds: { has: () => true } };
  const segments = ['core'];
  if (from.disclosed) {
    model.vendorsDisclosed.set(from.disclosed);
    segments.push('vendorsDisclosed');
  }
  if (from.allowed) {
    model.vendorsAllowed.set(from.allowed);
    segments.push('vendorsAllowed');
  }
  if (from.publisher) {
    model.numCustomPurposes = from.publisher.custom;
    model.publisherConsents.set(from.publisher.consents);
    model.publisherLegitimateInterests.set(from.publisher.interests);
    model.publisherCustomConsents.set(some(upTo(from.publisher.custom), 0.5));
    segments.push('publisherTC');
  }
  return segments.map((segment) => SegmentEncoder.encode(model, segment)).join('.');
}

// By hand.
const bits = (value, width) => value.toString(2).padStart(width, '0');
const bitField = (ids, width) => upTo(width).map((id) => (ids.includes(id) ? '1' : '0')).join('');

function ranges(ids) {
  const entries = [];
  for (let i = 0; i < ids.length;) {
    let last = i;
    while (chance(0.9) && ids[last + 1] === ids[last] + 1) last++;
    entries.push([ids[i], ids[last]]);
    i = chance(0.05) && last > i ? last : last + 1; // now and then the ranges overlap
  }
  if (chance(0.3)) entries.reverse();
  entries.length = Math.min(entries.length, 4095);
  return bits(entries.length, 12) + entries.map(([first, last]) =>
    first === last && chance(0.9) ? `0${bits(first, 16)}` : `1${bits(first, 16)}${bits(last, 16)}`,
  ).join('');
}

function vendorSet(ids) {
  const highest = Math.min(ID_LIMIT, Math.max(0, ...ids) + pick([0, 0, 1, 50]));
  return bits(highest, 16) + (chance(0.6) || highest > 5000 ? `1${ranges(ids)}` : `0${bitField(ids, highest)}`);
}

function padded(text, toBytes) {
  const unit = toBytes ? 8 : 24;
  const whole = text.padEnd(Math.ceil(text.length / unit) * unit, '0');
  return Base64Url.encode(whole).slice(0, Math.ceil(whole.length / 6));
}

function handwritten(from) {
  const time36 = (at) => bits(Math.round(at / 100), 36);
  const core = bits(2, 6) + time36(from.created) + time36(from.created + pick([0, 86400000])) +
    bits(between(2, 4095), 12) + bits(below(4096), 12) + bits(below(64), 6) +
    bits(below(26), 6) + bits(below(26), 6) + bits(below(4096), 12) + bits(from.policy, 6) +
    bits(from.service_specific ? 1 : 0, 1) + bits(below(2), 1) + bits(below(4096), 12) +
    bitField(from.purpose_consents, 24) + bitField(from.purpose_interests, 24) +
    bits(from.one_treatment ? 1 : 0, 1) + bits(below(26), 6) + bits(below(26), 6) +
    vendorSet(from.consents) + vendorSet(from.interests) +
    bits(from.restrictions.length, 12) +
    from.restrictions.map((each) => bits(each.purpose, 6) + bits(each.type, 2) + ranges(each.vendors)).join('');
  const segments = [];
  if (from.disclosed) segments.push(bits(1, 3) + vendorSet(from.disclosed));
  if (from.allowed) segments.push(bits(2, 3) + vendorSet(from.allowed));
  if (from.publisher) {
    const { custom, consents, interests } = from.publisher;
    segments.push(bits(3, 3) + bitField(consents, 24) + bitField(interests, 24) + bits(custom, 6) +
      upTo(2 * custom).map(() => below(2)).join(''));
  }
  if (chance(0.5)) segments.reverse();
  const toBytes = chance(0.5);
  return [core, ...segments].map((segment) => padded(segment, toBytes)).join('.');
}

// By the library, whoever wrote the string.
function decoded(text, vendor, has_disclosed) {
  const model = TCString.decode(text);
  const restrictions = {};
  for (const { purposeId, restrictionType } of model.publisherRestrictions.getRestrictions(vendor)) {
    (restrictions[purposeId] ??= []).push(restrictionType);
  }
  return {
    version: model.version,
    created: model.created.getTime(),
    last_updated: model.lastUpdated.getTime(),
    policy_version: model.policyVersion,
    service_specific: model.isServiceSpecific,
    purpose_one_treatment: model.purposeOneTreatment,
    purpose_consents: PURPOSES.filter((purpose) => model.purposeConsents.has(purpose)),
    purpose_interests: PURPOSES.filter((purpose) => model.purposeLegitimateInterests.has(purpose)),
    vendor_consent: model.vendorConsents.has(vendor),
    vendor_interest: model.vendorLegitimateInterests.has(vendor),
    // The library's model cannot tell an absent segment from an empty one.
    disclosed: has_disclosed ? model.vendorsDisclosed.has(vendor) : null,
    restrictions,
  };
}

function wanted(vendor) {
  const choice = pick([
    { consent: [1, 3, 4], interest: [7] },
    { consent: [1, 3, 4], interest: [7] },
    { consent: [1, 2, 3, 4, 10], interest: [7, 9] },
    { consent: [2, 7], interest: [] },
    { consent: [], interest: [2, 7, 9, 10] },
    { consent: [24, ...some(upTo(23), 0.1)], interest: [] },
  ]);
  return {
    vendor, ...choice,
    flexible: chance(0.5) ? [] : some([...choice.consent, ...choice.interest], 0.6),
    not_disclosed: pick(['undecided', 'denied']),
  };
}

for (let i = 0; i < count; i++) {
  const from = fields();
  const text = i % 3 < 2 ? encoded(from) : handwritten(from);
  const asked = wanted(from.vendor);
  const facts = decoded(text, from.vendor, from.disclosed !== null);
  console.log(JSON.stringify({ text, wanted: asked, facts, state: verdict(facts, asked) }));
}
