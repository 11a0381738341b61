// Programs that read the beginning of a number as a regular expression of JavaScript would: the first
// alternative that leads to an end wins, and groups are remembered. They only jump forward.
//
// One word of 16 bits each: the operation above bit 12, what it needs below.
import { parse } from './regex.mjs';

const OPERATION = { match: 0, digits: 1, either: 2, jump: 3, open: 4, close: 5, end: 6 };
const OPERAND_BITS = 12;

function word(operation, operand = 0) {
  if (operand >= 1 << OPERAND_BITS) throw new Error('an operand is too large');
  return OPERATION[operation] << OPERAND_BITS | operand;
}

function code(tree) {
  if (tree.digits !== undefined) return [word('digits', tree.digits)];
  if (tree.sequence) return tree.sequence.flatMap(code);
  if (tree.choice) return tree.choice.map(code).reduceRight((behind, one) => either(one, behind));
  if (tree.repeat) {
    const once = code(tree.repeat);
    let rest = [];
    for (let i = tree.most; i > tree.least; --i) rest = either([...once, ...rest], []);
    return [...Array.from({ length: tree.least }, () => once).flat(), ...rest];
  }
  if (tree.group) return [word('open', tree.group), ...code(tree.of), word('close', tree.group)];
  if (tree.end) return [word('end')];
  throw new Error('an unknown part of a pattern');
}

// `first`, or where that leads nowhere `second`. Offsets count from the word that holds them.
function either(first, second) {
  const over = second.length ? [word('jump', second.length + 1)] : [];
  return [word('either', 1 + first.length + over.length), ...first, ...over, ...second];
}

export class Programs {
  constructor() {
    this.words = [word('digits', 0)]; // program 0 matches nothing: no digit is in an empty class
    this.known = new Map();
  }

  // Where the program for `pattern` begins.
  add(pattern) {
    if (!this.known.has(pattern)) {
      this.known.set(pattern, this.words.length);
      this.words.push(...code(parse(pattern)), word('match'));
    }
    return this.known.get(pattern);
  }
}
