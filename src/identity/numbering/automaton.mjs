// One acyclic automaton for the numbers of all regions, in which equal parts exist once.
//
// An edge holds the digits that take it, how far the number is accepted once they are read, and the
// node behind it. As acceptance stands on the edge, a node is nothing but what may still follow, and
// two nodes with the same edges are the same node, whichever region they came from.
import { parse } from './regex.mjs';

export const REJECTED = 0;
export const GENERAL = 1; // matches the region's general description
export const VALID = 2; // and one of its kinds of numbers (fixed, mobile, toll-free, ...)

// States of a nondeterministic automaton: {mask, next} reads a digit, {free: [...]} goes on without
// one, {accepts} is an end. Built from the end, so that no state needs changing.
class Patterns {
  constructor() { this.states = []; }

  state(content) { return this.states.push(content) - 1; }

  // The state from which `tree` and then what `next` accepts is read.
  compile(tree, next) {
    if (tree.digits !== undefined) return this.state({ mask: tree.digits, next });
    if (tree.sequence) return tree.sequence.reduceRight((behind, part) => this.compile(part, behind), next);
    if (tree.choice) return this.state({ free: tree.choice.map((part) => this.compile(part, next)) });
    if (tree.repeat) {
      let state = next;
      for (let i = tree.most; i > tree.least; --i) state = this.state({ free: [this.compile(tree.repeat, state), next] });
      for (let i = 0; i < tree.least; ++i) state = this.compile(tree.repeat, state);
      return state;
    }
    throw new Error('only prefixes have groups and ends');
  }

  // The states that read a digit or accept, reached from `states` without a digit.
  closure(states) {
    const seen = new Set();
    const visit = (state) => {
      if (seen.has(state)) return;
      seen.add(state);
      this.states[state].free?.forEach(visit);
    };
    states.forEach(visit);
    return [...seen].filter((state) => !this.states[state].free).sort((a, b) => a - b);
  }
}

export class Automaton {
  constructor() {
    this.edges = [{ mask: 0, accepted: REJECTED, target: 0, last: true }]; // node 0: nothing follows
    this.known = new Map([['', 0]]);
  }

  // Adds a region and returns its first node. `general` is a pattern, `kinds` a list of
  // {pattern, lengths}.
  add(general, kinds) {
    const patterns = new Patterns();
    const ends = new Map();
    const end = (accepts) => { const state = patterns.state({ accepts }); ends.set(state, accepts); return state; };
    const first = [patterns.compile(parse(general), end({ general: true }))];
    for (const { pattern, lengths } of kinds) first.push(patterns.compile(parse(pattern), end({ lengths: new Set(lengths) })));

    const accepted = (states, length) => {
      const reached = states.map((state) => ends.get(state)).filter(Boolean);
      if (!reached.some((one) => one.general)) return REJECTED;
      return reached.some((one) => one.lengths?.has(length)) ? VALID : GENERAL;
    };
    const memory = new Map();
    const follow = (states, length) => {
      const key = `${length}:${states.join()}`;
      if (memory.has(key)) return memory.get(key);
      const edges = new Map();
      for (let digit = 0; digit < 10; ++digit) {
        const next = patterns.closure(states.filter((state) => patterns.states[state].mask >> digit & 1)
          .map((state) => patterns.states[state].next));
        const target = next.length ? follow(next, length + 1) : 0;
        const how = accepted(next, length + 1);
        if (target === 0 && how === REJECTED) continue;
        const name = `${how}>${target}`;
        edges.set(name, { mask: (edges.get(name)?.mask ?? 0) | 1 << digit, accepted: how, target });
      }
      const node = this.node([...edges.values()]);
      memory.set(key, node);
      return node;
    };
    return follow(patterns.closure(first), 0);
  }

  // Edges with the most digits stand first: they are the likeliest to be taken.
  node(edges) {
    const bits = (mask) => mask.toString(2).replaceAll('0', '').length;
    edges.sort((a, b) => bits(b.mask) - bits(a.mask) || a.mask - b.mask);
    const key = edges.map((edge) => `${edge.mask}.${edge.accepted}.${edge.target}`).join();
    if (!this.known.has(key)) {
      this.known.set(key, this.edges.length);
      edges.forEach((edge, i) => this.edges.push({ ...edge, last: i + 1 === edges.length }));
    }
    return this.known.get(key);
  }
}
