// Writes the numbering plans of libphonenumber's metadata as C++ tables to standard output:
//
//   node generate.mjs FOLDER-OF-LIBPHONENUMBER-JS      (`./dev phone-data` does it)
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Automaton } from './automaton.mjs';
import { Programs } from './program.mjs';

const library = process.argv[2];
const read = (name) => JSON.parse(readFileSync(join(library, name), 'utf8'));
const { version } = read('package.json');
const metadata = read('metadata.max.json');

// Where libphonenumber-js's own reader (source/metadata.js) finds them.
const fields = (row) => ({
  exit: row[1], general: row[2], lengths: row[3], trunk: row[7] || row[5], rewrite: row[8], leading: row[10],
  kinds: row[11],
});

const automaton = new Automaton();
const programs = new Programs();
const plans = [];
const codes = [];
const planByName = Array(26 * 26).fill('none');
const codeByDigits = Array(1000).fill('none');

const program = (pattern) => pattern ? programs.add(pattern) : 0;

// "268$1" is the digits 268 and then group 1.
function rewritten(rule, groups) {
  if (!rule) return { digits: '', group: 0 };
  const parts = /^(\d{0,4})\$([12])$/.exec(rule);
  // The reader relies on it that a rule is about the last group: then libphonenumber uses the rule
  // where that group was met.
  if (!parts || Number(parts[2]) !== groups) throw new Error(`a rule of a new form: ${rule}`);
  return { digits: parts[1], group: groups };
}

function addPlan(region, row) {
  const { exit, general, lengths, trunk, rewrite, leading, kinds } = fields(row);
  const first = automaton.add(general, kinds.filter((kind) => kind && kind[0])
    .map(([pattern, own]) => ({ pattern, lengths: own || lengths })));
  const possible = lengths.reduce((bits, length) => bits | 1 << length, 0);
  const { digits, group } = rewritten(rewrite, (trunk || '').split(/\((?!\?)/).length - 1);
  if (region) {
    const [high, low] = [...region].map((letter) => letter.charCodeAt(0) - 65);
    planByName[26 * high + low] = plans.length;
  }
  plans.push(`{"${region}", "${digits}", ${group}, ${codes.length}, ${program(exit)}, ${program(trunk)}, ` +
    `${program(leading)}, 0x${possible.toString(16)}, ${first}},`);
}

// The regions of a code stand together, in libphonenumber's order: the first is the code's main one.
function addCode(code, regions) {
  const first = plans.length;
  if (regions.length) regions.forEach((region) => addPlan(region, metadata.countries[region]));
  else addPlan('', metadata.nonGeographic[code]);
  for (let digits = 0; digits < 1000; ++digits) {
    if (String(digits).padStart(3, '0').startsWith(code)) codeByDigits[digits] = codes.length;
  }
  codes.push(`{"${code}", ${first}, ${plans.length - first}},`);
}

// Whole numbers as keys come in ascending order, in JavaScript by rule.
Object.entries(metadata.country_calling_codes).forEach(([code, regions]) => addCode(code, regions));
Object.keys(metadata.nonGeographic).forEach((code) => addCode(code, []));

const wrapped = (items, width = 110) => {
  const lines = [''];
  for (const item of items) {
    if (lines.at(-1).length + item.length > width) lines.push('');
    lines[lines.length - 1] += item;
  }
  return lines.join('\n');
};
const edges = automaton.edges.map(({ mask, accepted, target, last }) =>
  mask | accepted << 10 | (last ? 1 : 0) << 12 | target << 13);

const table = (type, name, items, layout) => `const ${type} ${name}[${items.length}] = {
${layout(items)}
};
`;
const lines = (items) => items.join('\n');
const listed = (items) => wrapped(items.map((item) => `${item},`));

console.log(`// Made by \`./dev phone-data\` from libphonenumber-js ${version} (metadata.max.json): not to be edited.
// The data is Google's (libphonenumber, Apache License 2.0).
// clang-format off
#include "data.hpp"

namespace gatepost::identity::numbering {

${[
  table('plan', 'plans', plans, lines),
  table('calling_code', 'codes', codes, wrapped),
  table('std::uint16_t', 'plan_by_name', planByName, listed),
  table('std::uint16_t', 'code_by_digits', codeByDigits, listed),
  table('std::uint32_t', 'edges', edges, listed),
  table('std::uint16_t', 'programs', programs.words, listed),
].join('\n')}
} // namespace gatepost::identity::numbering`);
