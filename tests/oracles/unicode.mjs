// What JavaScript makes of every code point, a JSON line each:
//   node unicode.mjs 0 1112063
//
// Each stands alone (lower) and beside a Sigma, whose small letter depends on what surrounds it
// (sigmas). `newer` at the end is how many characters this Node knows that Unicode 15.0 does not:
// those Gatepost must leave out, and no others.
const CATEGORIES = [
  ['alphanumeric', /^[\p{L}\p{Nd}\p{Nl}]$/u], ['mark', /^\p{M}$/u], ['format', /^\p{Cf}$/u],
  ['dash', /^\p{Pd}$/u], ['punctuation', /^\p{P}$/u], ['unassigned', /^\p{Cn}$/u],
];
// Characters that the version added (unicode.org/versions, and those before them).
const ADDED = [['15.1', 627], ['16.0', 5185], ['17.0', 4803]];
const CONTEXTS = [
  (c) => `A${c}\u03a3`, (c) => `A${c}\u03a3A`, (c) => `A\u03a3${c}`, (c) => `A\u03a3${c}A`,
  (c) => `\u03a3${c}`, (c) => `${c}\u03a3`, (c) => `1${c}.\u03a3`,
];
// Unicode 16.0 and 17.0 made them another kind of letter and mark: what a Sigma beside them becomes
// depends on the version.
const CHANGED = [0x0295, 0x1171e];

function sigmas(code, c) {
  if (/\p{Cn}/u.test(c)) return [];
  const contexts = CHANGED.includes(code) ? [(it) => it] : CONTEXTS;
  return contexts.map((make) => [make(c), make(c).toLowerCase()]);
}

const lines = [];
for (let code = 1; code <= 0x10ffff; code += 1) {
  if (code === 0xd800) code = 0xe000;
  const c = String.fromCodePoint(code);
  const found = CATEGORIES.find(([, pattern]) => pattern.test(c));
  lines.push(JSON.stringify({
    code,
    lower: c.toLowerCase(),
    sigmas: sigmas(code, c),
    category: found ? found[0] : 'other',
    trimmed: `${c}x${c}`.trim(),
  }));
  if (lines.length === 4096) process.stdout.write(`${lines.splice(0).join('\n')}\n`);
}
const version = Number(process.versions.unicode);
const newer = ADDED.filter(([since]) => Number(since) <= version)
  .reduce((sum, [, added]) => sum + added, 0);
process.stdout.write(`${lines.join('\n')}\n${JSON.stringify({ newer })}\n`);
