// Random GPP strings with what the IAB's own library decodes from them, a JSON line each:
//   node gpp.mjs SEED COUNT
import { GppModel } from '@iabgpp/cmpapi';
import { random } from './random.mjs';
import { verdict } from './tcf_verdict.mjs';

const [seed, count] = process.argv.slice(2).map(Number);
const { below, between, chance, pick } = random(seed);

const STATES = ['ca', 'va', 'co', 'ut', 'ct', 'fl', 'mt', 'or', 'tx', 'de', 'ia', 'ne', 'nh', 'nj',
  'tn', 'mn', 'md', 'in', 'ky', 'ri'];
const NAMES = new Map([[2, 'tcfeuv2'], [6, 'uspv1'], [7, 'usnat'],
  ...STATES.map((state, i) => [8 + i, `us${state}`])]);
const OPT_OUTS = ['SaleOptOut', 'SharingOptOut', 'TargetedAdvertisingOptOut'];
const CHILDREN = 'KnownChildSensitiveDataConsents';

const upTo = (n) => Array.from({ length: n }, (_, i) => i + 1);
const some = (list, share) => list.filter(() => chance(share));

function fillTcf(model) {
  const flags = (share) => upTo(24).map(() => chance(share));
  const vendors = (share) => {
    const set = new Set(some(upTo(between(1, 1100)), pick([0.02, 0.5, 0.97])));
    if (chance(share)) set.add(986); else set.delete(986);
    return [...set].sort((a, b) => a - b);
  };
  const set = (field, value) => model.setFieldValue('tcfeuv2', field, value);
  set('CmpId', between(2, 4095));
  set('PolicyVersion', pick([2, 4, 5]));
  set('PurposeConsents', flags(pick([0.8, 1])));
  set('PurposeLegitimateInterests', flags(pick([0.8, 1])));
  set('PurposeOneTreatment', chance(0.05));
  set('VendorConsents', vendors(0.9));
  set('VendorLegitimateInterests', vendors(0.9));
  set('VendorsDisclosed', vendors(0.9));
  // Last: every other field sets it to today.
  set('Created', new Date(Date.UTC(pick([2022, 2024, 2026]), below(12), between(1, 28))));
}

function fillUs(model, name) {
  // Quiet sections are the usual ones: a few with every value would all be opt-outs of minors.
  const quiet = chance(0.6);
  const value = (field) => {
    if (field === 'MspaCoveredTransaction') return between(1, 2);
    if (OPT_OUTS.includes(field)) return quiet ? pick([0, 2]) : below(3);
    return field === CHILDREN && (quiet || chance(0.7)) ? 0 : below(3);
  };
  model.setFieldValue(name, 'SaleOptOut', 0); // makes the section
  for (const [field, now] of Object.entries(model.getSection(name))) {
    if (Array.isArray(now)) {
      model.setFieldValue(name, field, now.map(() => value(field)));
    } else if (typeof now === 'number' && !/Version$|SegmentType$/.test(field)) {
      model.setFieldValue(name, field, value(field));
    }
  }
  if (name === 'usnat' && chance(0.5)) model.setFieldValue(name, 'Version', 1);
  if (model.hasField(name, 'Gpc')) {
    model.setFieldValue(name, 'GpcSegmentIncluded', chance(0.7));
    model.setFieldValue(name, 'Gpc', chance(quiet ? 0.1 : 0.5));
  }
  if (model.hasField(name, 'SensitiveDataConsentSegmentIncluded')) {
    model.setFieldValue(name, 'SensitiveDataConsentSegmentIncluded', chance(0.7));
  }
}

function encoded(ids) {
  const model = new GppModel();
  for (const id of ids) {
    const name = NAMES.get(id);
    if (name === 'tcfeuv2') {
      fillTcf(model);
    } else if (name === 'uspv1') {
      for (const field of ['Notice', 'OptOutSale', 'LspaCovered']) {
        model.setFieldValue(name, field, pick(['-', 'Y', 'N', 'N']));
      }
    } else {
      fillUs(model, name);
    }
  }
  return model.encode();
}

function tcfState(model, wanted) {
  const get = (field) => model.getFieldValue('tcfeuv2', field);
  const purposes = (field) => upTo(24).filter((purpose) => get(field)[purpose - 1]);
  return verdict({
    version: get('Version'),
    created: get('Created').getTime(),
    policy_version: get('PolicyVersion'),
    service_specific: get('IsServiceSpecific'),
    purpose_one_treatment: get('PurposeOneTreatment'),
    purpose_consents: purposes('PurposeConsents'),
    purpose_interests: purposes('PurposeLegitimateInterests'),
    vendor_consent: get('VendorConsents').includes(wanted.vendor),
    vendor_interest: get('VendorLegitimateInterests').includes(wanted.vendor),
    disclosed: get('VendorsDisclosed').includes(wanted.vendor),
    restrictions: {}, // the library's encoder has none in this section
  }, wanted);
}

// The opt-outs of all sections that apply: one that is opted out counts, then one that is not.
function usState(answers) {
  if (answers.includes(1)) return 'denied';
  return answers.includes(2) ? 'implied' : 'undecided';
}

function expected(text, applies) {
  const model = new GppModel(text);
  const wanted = { vendor: 986, consent: [1, 3, 4], interest: [7], flexible: [], not_disclosed: 'undecided' };
  const result = { tcf: null, us: null, gpc: false, known_child: false };
  const answers = [];
  const read = model.getSectionIds().filter(applies);
  for (const id of read) {
    const name = NAMES.get(id);
    const get = (field) => model.hasField(name, field) ? model.getFieldValue(name, field) : 0;
    if (name === 'tcfeuv2') {
      result.tcf = tcfState(model, wanted);
    } else if (name === 'uspv1') {
      answers.push({ '-': 0, Y: 1, N: 2 }[get('OptOutSale')]);
    } else {
      answers.push(...OPT_OUTS.map(get));
      result.gpc ||= get('Gpc') === true; // false without its segment
      result.known_child ||= [get(CHILDREN)].flat().some((value) => value !== 0);
    }
  }
  if (answers.length > 0 || read.length === 0) result.us = usState(answers);
  return result;
}

for (let i = 0; i < count; i++) {
  const all = [...NAMES.keys()];
  const ids = pick([() => [pick(all)], () => [pick(all)], () => some(all, 0.1), () => some(all, 0.5)])();
  const text = encoded(ids);
  const sections = pick([
    () => null, () => null, () => ids, () => some(ids, 0.5), () => [-1], () => [0, pick(all)],
  ])();
  const applies = (id) => sections === null || sections.includes(id);
  console.log(JSON.stringify({ text, sections, expected: expected(text, applies) }));
}
