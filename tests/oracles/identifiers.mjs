// Random identifiers of every kind but phones, with what TikTok must get of them by the words of
// docs/tiktok.md, a JSON line each:
//   node identifiers.mjs SEED COUNT
//
// `expected` is a hash, or the text of what is not hashed; null for what is left out, `silent` when
// that needs no warning. The hashes of the first 300 that are hashed are made by sha256sum, the
// others by node:crypto.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { random } from './random.mjs';

const [seed, count] = process.argv.slice(2).map(Number);
const { below, between, chance, pick } = random(seed);
const times = (n, make) => Array.from({ length: n }, make).join('');

// Letters that people's names are written in; the marks of each script follow its letters.
const between_codes = (first, last) => () => String.fromCodePoint(between(first, last));
const latin = () => pick([between_codes(0x41, 0x5a), between_codes(0x61, 0x7a)])();
const accented = () => pick(['\u00c4', '\u00d6', '\u00dc', '\u00df', '\u1e9e', '\u00c9', '\u0141',
  '\u0110', '\u01c5', '\u00c6', '\u00de', '\u1ea4', '\ufb01', 'E\u0301', 'n\u0303', 'A\u030a',
  latin()]);
const turkish = () => pick(['I', '\u0130', '\u0131', 'i', '\u015e', '\u011e', latin()]);
const greek = () => pick(['\u03a3', '\u03c3', '\u03c2', '\u0386', '\u1fb3', '\u1f88',
  between_codes(0x0391, 0x03a1)(), between_codes(0x03b1, 0x03c9)()]);
const SCRIPTS = [
  latin, latin, accented, turkish, greek,
  between_codes(0x0400, 0x045f), // Cyrillic
  between_codes(0x0531, 0x0556), // Armenian capitals
  between_codes(0x10a0, 0x10c5), // Georgian capitals
  between_codes(0x13a0, 0x13ef), // Cherokee
  () => pick([between_codes(0x05d0, 0x05ea), between_codes(0x05b0, 0x05bd)])(), // Hebrew
  () => pick([between_codes(0x0620, 0x064a), between_codes(0x064b, 0x0652)])(), // Arabic
  () => pick([between_codes(0x0904, 0x0939), between_codes(0x093e, 0x094d)])(), // Devanagari
  () => pick([between_codes(0x0e01, 0x0e2e), between_codes(0x0e30, 0x0e3a)])(), // Thai
  between_codes(0x3041, 0x3096), // Hiragana
  between_codes(0x4e00, 0x9fff), // Han
  between_codes(0xac00, 0xd7a3), // Hangul
  between_codes(0xff21, 0xff5a), // full-width Latin
  between_codes(0x10400, 0x1044f), // Deseret
  between_codes(0x1e900, 0x1e943), // Adlam
];
const DIGITS = ['0', '7', '9', '\u0664', '\u0969', '\uff15', '\u3007', '\u2163'];
const SPACES = [' ', ' ', '\t', '\n', '\v', '\f', '\r', '\u00a0', '\u1680', '\u2003', '\u2028',
  '\u2029', '\u202f', '\u205f', '\u3000', '\ufeff'];
const NEARLY_SPACES = ['\u200b', '\u0085', '\u180e', '\u00ad'];
const PUNCTUATION = ["'", '\u2019', '-', '\u2010', '\u2013', '\u30a0', '.', ',', '(', ')', '_',
  '\u00b7', '\u05be', '\u060c', '\u3002', '\u00ab', '\u201d', '/', '!', '&', '"'];
const SIGNS = ['$', '+', '\u2212', '^', '`', '\u00b4', '\u00bd', '\u2665', '\u2764\ufe0f',
  '\u{1f600}', '\u200d', '\u200e'];
const ids = () => [8, 4, 4, 4, 12].map((n) => times(n, () => pick([...'0123456789abcdefABCDEF'])))
  .join('-');
const hash_like = () => times(64, () => pick([...'0123456789abcdefABCDEF']));

const padding = () => (chance(0.4) ? times(between(0, 3), () => pick(SPACES)) : '');
const padded = (text) => padding() + text + padding();
function word(most = 9) {
  const letter = pick(SCRIPTS);
  return times(between(1, most), () => (chance(0.85) ? letter() : pick([
    () => pick(PUNCTUATION), () => pick(DIGITS), () => pick(SIGNS), () => pick(SPACES),
    () => pick(NEARLY_SPACES), () => pick(SCRIPTS)(),
  ])()));
}
const words = () => Array.from({ length: between(1, 3) }, () => word())
  .join(pick([' ', ' ', '-', "'", ', ']));
const zero_id = '00000000-0000-0000-0000-000000000000';

function email() {
  const local = pick([() => times(between(1, 12), latin), () => `${word()}+${word(4)}`,
    () => `${word()}.${word()}`, () => word()])();
  const domain = pick([() => 'Example.COM', () => `${word()}.example`, () => 'XN--BCHER-KVA.example',
    () => 'B\u00dcCHER.example', () => '\u03a0\u0391\u03a3.\u0393\u03a1'])();
  return chance(0.93) ? `${local}@${domain}` : pick([local, `@${domain}`, `${local}@`, '@']);
}
const zip = () => pick([
  () => times(5, () => pick([...'0123456789'])),
  () => `${times(5, () => below(10))}${pick(['-', '\u2013', '\u2212', ' '])}${times(4, () => below(10))}`,
  () => `SW${below(10)}A${pick(['', ' ', '\u00a0', '-'])}1A${pick([...'ABYZ'])}`,
  () => `\u3012${times(3, () => pick([...'\uff10\uff11\uff19']))}\u30fc${below(10000)}`,
  () => word(),
])();
const tag = () => pick(['en', 'en-US', 'de_DE', 'zh-Hant-TW', 'sr_Latn_RS', 'x-private', 'C',
  'en_US.UTF-8', 'en-', '-en', 'en--US', 'abcdefghi', 'en-abcdefghi', '419', 'es-419', 'i-klingon',
  '\u00e9n', 'de-CH-1901', word()]);
const status = () => pick(['AUTHORIZED', 'authorized', 'Denied', 'NOT_DETERMINED', 'restricted',
  'not_applicable', 'NOT APPLICABLE', '3', word()]);
const device = () => pick([ids, ids, ids, hash_like, () => zero_id,
  () => createHash('sha256').update(zero_id).digest('hex'), () => ids().replaceAll('-', ''),
  () => ids().slice(1), () => `${ids()}0`, word])();

// The rules, written from the documentation's words and nothing else. Each gives a text, or null.
const lettered = (text) => (/[\p{L}\p{Nd}\p{Nl}]/u.test(text) ? text : null);
const name = (text) => lettered(text.toLowerCase().replace(/\p{P}/gu, ''))?.trim() ?? null;
const place = (text) => lettered(text)
  && text.toLowerCase().replace(/\p{Cf}/gu, '').match(/[\p{L}\p{Nd}\p{Nl}]\p{M}*/gu).join('');
const is_hash = (text) => /^[0-9a-f]{64}$/i.test(text);
const uuid = (text) => (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? text : null);
const STATUSES = ['AUTHORIZED', 'DENIED', 'NOT_DETERMINED', 'RESTRICTED', 'NOT_APPLICABLE'];
const KINDS = {
  email: { make: email, hashed: true, rule: (text) => (/^[^@]+@[^]/.test(text) ? text.toLowerCase() : null) },
  external_id: { make: words, hashed: true, rule: (text) => text },
  first_name: { make: words, hashed: true, rule: name },
  last_name: { make: words, hashed: true, rule: name },
  zip_code: { make: zip, hashed: true,
    rule: (text) => lettered(text.toLowerCase().replace(/[\s\p{Pd}\u2212]/gu, '')) },
  city: { make: words, rule: place },
  state: { make: () => word(), rule: place },
  country: { make: () => pick(['US', 'de', 'United Kingdom', "C\u00f4te d'Ivoire", word()]), rule: place },
  locale: { make: tag, rule: (text) => {
    const dashed = text.replaceAll('_', '-');
    return dashed.length > 1 && /^[a-z]{1,8}(-[a-z0-9]{1,8})*$/i.test(dashed) ? dashed : null;
  } },
  idfa: { make: device, id: true,
    rule: (text) => (is_hash(text) ? text.toLowerCase() : uuid(text)?.toUpperCase() ?? null) },
  gaid: { make: device, id: true,
    rule: (text) => (is_hash(text) ? text : uuid(text))?.toLowerCase() ?? null },
  idfv: { make: device, id: true, rule: uuid },
  att_status: { make: status,
    rule: (text) => (STATUSES.includes(text.toUpperCase()) ? text.toUpperCase() : null) },
};
const HASH_OF_NOTHING = createHash('sha256').update('').digest('hex');
const HASH_OF_ZERO = createHash('sha256').update(zero_id).digest('hex');

function expect(kind, given) {
  const { hashed, id, rule } = KINDS[kind];
  const text = given.trim();
  if (/^(null|undefined)?$/i.test(text)) return { expected: null, silent: true };
  if (id && [zero_id, HASH_OF_ZERO].includes(text.toLowerCase())) return { expected: null, silent: true };
  if (text.toLowerCase() === HASH_OF_NOTHING && kind !== 'att_status') return { expected: null };
  if (hashed && is_hash(text)) return { expected: text.toLowerCase() };
  const normalised = rule(text);
  return normalised !== null && hashed ? { expected: null, normalised } : { expected: normalised };
}

function identifier() {
  const kind = pick(Object.keys(KINDS));
  const given = chance(0.9) ? padded(KINDS[kind].make()) : padded(pick([
    '', 'null', 'Undefined', 'NULL', HASH_OF_NOTHING, HASH_OF_NOTHING.toUpperCase(), hash_like(),
    '---', '\u2764\ufe0f', '\u0301']));
  return { kind, given, ...expect(kind, given) };
}

// The first column of what sha256sum prints about files that hold the texts.
function sums(texts) {
  const folder = mkdtempSync(join(tmpdir(), 'identifiers-'));
  try {
    texts.forEach((text, i) => writeFileSync(join(folder, String(i)), text));
    const printed = execFileSync('sha256sum', texts.map((_, i) => String(i)), { cwd: folder });
    return printed.toString().trim().split('\n').map((line) => line.slice(0, 64));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const made = Array.from({ length: count }, identifier);
const to_hash = made.filter(({ normalised }) => normalised !== undefined);
const by_sha256sum = sums(to_hash.slice(0, 300).map(({ normalised }) => normalised));
to_hash.forEach((one, i) => {
  one.expected = by_sha256sum[i] ?? createHash('sha256').update(one.normalised).digest('hex');
});
for (const one of made) console.log(JSON.stringify(one));
