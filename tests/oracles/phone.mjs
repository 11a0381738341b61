// Telephone numbers of every region as people write them, with what libphonenumber-js/max reads in
// them, a JSON line each:
//   node phone.mjs SEED COUNT
//
// COUNT random numbers of each region and of each code without a region, drawn from the patterns of
// all their kinds (fixed, mobile, toll-free, ...), each in every form; and as many strings of digits
// that may be anything. A line has the text, the region, the form, the number that was written down
// ("" for mere digits), and `said`: the number that the library reads. `said` is "" where the rules
// leave the text out: with a country code what the library holds impossible, without one what it
// holds invalid. `valid` is about `said` alone.
import { createRequire } from 'node:module';
import parsePhoneNumber from 'libphonenumber-js/max';
import { random } from './random.mjs';
import { randomMember } from './random_member.mjs';

const require = createRequire(import.meta.url);
const metadata = require('libphonenumber-js/metadata.max.json');
const examples = require('libphonenumber-js/examples.mobile.json');
const [seed, count] = process.argv.slice(2).map(Number);
const dice = random(seed);
const { below, between, chance, pick } = dice;

const some = (length) => Array.from({ length }, () => below(10)).join('');
const digitsOf = (text) => text.replace(/\D/g, '');
const inScript = (zero) => (text) =>
  text.replace(/\d/g, (digit) => String.fromCodePoint(zero.codePointAt(0) + Number(digit)));

// `plain` is the text as the library takes it, where it does not know the form that is written.
function tell(form, number, text, region, plain = text) {
  const read = parsePhoneNumber(plain, { defaultCountry: region || undefined, extract: false });
  const valid = read?.isValid() ?? false;
  const taken = valid || (plain.startsWith('+') && read?.isPossible());
  lines.push(JSON.stringify({ form, text, region, valid, said: taken ? read.number : '', number: number?.number ?? '' }));
}

let lines = [];
function flush() {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  lines = [];
}

function international(number, region) {
  const code = number.countryCallingCode;
  const national = number.nationalNumber;
  const spaced = number.formatInternational();
  const middle = between(2, national.length - 2);
  const apart = [national.slice(0, middle), national.slice(middle)];
  const anywhere = chance(0.5) ? region : pick(regions);
  tell('+ digits', number, number.number, anywhere);
  tell('+ spaces', number, spaced, anywhere);
  tell('+ dashes', number, spaced.replaceAll(' ', '-'), anywhere);
  tell('+ dots', number, spaced.replaceAll(' ', '.'), anywhere);
  tell('+ brackets', number, `+${code} (${apart[0]}) ${apart[1]}`, anywhere);
  tell('(+code)', number, `(+${code})${national}`, anywhere, number.number);
  tell('tel:', number, `tel:${number.number}`, anywhere, number.number);
  tell('extension', number, number.number + pick([' ext. 12', 'x123', ';ext=4', ' #5', ' extension 12']), anywhere);
  tell('full width', number, inScript('０')(`＋${code}　${apart[0]}－${apart[1]}`), anywhere, `+${code}　${apart[0]}－${apart[1]}`);
  tell('Arabic digits', number, inScript(pick(['٠', '۰']))(spaced), anywhere);
  const other = pick(regions);
  tell('another exit prefix', number, exitOf(other) + pick(['', ' ']) + number.number.slice(1), other);
}

function national(number, region) {
  const code = number.countryCallingCode;
  const digits = number.nationalNumber;
  const trunk = metadata.countries[region][5];
  const formatted = number.formatNational();
  if (trunk === '0') tell('+ (0)', number, `+${code} (0)${digits}`, chance(0.5) ? region : '');
  if (trunk) tell('+ trunk prefix', number, `+${code} ${trunk}${digits}`, chance(0.5) ? region : '');
  tell('national', number, formatted, region);
  tell('national digits', number, digitsOf(formatted), region);
  tell('no trunk prefix', number, digits, region);
  if (trunk) tell('trunk prefix', number, `${trunk}${digits}`, region);
  tell('no plus', number, `${code}${digits}`, region);
  tell('no plus, spaces', number, number.formatInternational().slice(1), region);
  tell('own exit prefix', number, `${exitOf(region)} ${number.formatInternational().slice(1)}`, region);
  tell('national extension', number, `${formatted}${pick([' ext. 12', ' x123', ';ext=4'])}`, region);
}

// Digits that begin as a number might.
function noise(region) {
  const plan = metadata.countries[region];
  const digits = some(between(1, 16));
  const begin = pick(['', '', plan[0], plan[5] || '0', exitOf(region), exitOf(region) + plan[0], `${plan[0]}0`]);
  tell('noise', null, begin + digits, region);
  tell('noise', null, `+${begin}${digits}`, region);
  tell('noise', null, chance(0.5) ? begin + digits : `+${begin}${digits}`, '');
}

// A number with a digit too many, too few or another one.
function damaged(text) {
  const at = below(text.length);
  return text.slice(0, at) + some(pick([0, 1, 1, 2])) + text.slice(at + pick([0, 1, 1]));
}

const regions = Object.keys(metadata.countries);
const exitOf = (region) => randomMember(metadata.countries[region][1], dice);

function* numbers(plan, example) {
  if (example) yield example;
  const patterns = plan[11].filter((kind) => kind && kind[0]).map((kind) => kind[0]);
  for (let left = count, tries = 0; left > 0 && tries < 50 * count; ++tries) {
    const text = randomMember(patterns[tries % patterns.length], dice);
    const number = parsePhoneNumber(`+${plan[0]}${text}`);
    if (number?.isValid() && number.nationalNumber === text) { yield text; --left; }
  }
}

for (const plan of [...regions, ...Object.values(metadata.nonGeographic)]) {
  const region = typeof plan === 'string' ? plan : '';
  const row = region ? metadata.countries[region] : plan;
  for (const text of numbers(row, examples[region])) {
    const number = parsePhoneNumber(`+${row[0]}${text}`);
    international(number, region);
    if (!region) continue;
    national(number, region);
    noise(region);
    tell('damaged', null, damaged(number.formatNational().replace(/\W/g, '')), region);
    tell('damaged', null, `+${damaged(number.number.slice(1))}`, region);
  }
  flush();
}
