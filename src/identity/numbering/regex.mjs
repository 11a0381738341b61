// The regular expressions of libphonenumber's metadata: digits and classes of them, groups,
// alternatives, `?`, `{n}`, `{n,m}`, and `$`. Each matches finitely many strings. Anything else is an
// error, so that a new construct in the data is noticed and not misread.
//
// A tree of {digits: mask} | {sequence: [...]} | {choice: [...]} | {repeat, least, most} |
// {group: number, of} | {end: true}. Bit n of a mask stands for the digit n.
export const ANY_DIGIT = 0x3ff;

export function parse(source) {
  let at = 0;
  let groups = 0;

  const fail = () => { throw new Error(`not understood at ${at}: ${source}`); };
  const take = (text) => source.startsWith(text, at) && ((at += text.length), true);

  function alternatives() {
    const choice = [sequence()];
    while (take('|')) choice.push(sequence());
    return choice.length === 1 ? choice[0] : { choice };
  }

  function sequence() {
    const parts = [];
    while (at < source.length && source[at] !== '|' && source[at] !== ')') parts.push(repeated());
    return { sequence: parts };
  }

  function repeated() {
    const one = atom();
    if (take('?')) return { repeat: one, least: 0, most: 1 };
    const counts = /^\{(\d+)(?:,(\d+))?\}/.exec(source.slice(at));
    if (!counts) return one;
    at += counts[0].length;
    return { repeat: one, least: Number(counts[1]), most: Number(counts[2] ?? counts[1]) };
  }

  function atom() {
    if (take('\\d')) return { digits: ANY_DIGIT };
    if (take('$')) return { end: true };
    if (take('(?:')) return closed(alternatives());
    if (take('(')) {
      const group = ++groups;
      return { group, of: closed(alternatives()) };
    }
    if (take('[')) return { digits: digitClass() };
    if (/[0-9]/.test(source[at])) return { digits: 1 << Number(source[at++]) };
    return fail();
  }

  function closed(inner) {
    return take(')') ? inner : fail();
  }

  function digitClass() {
    let mask = 0;
    while (!take(']')) {
      const range = /^(\d)(?:-(\d))?/.exec(source.slice(at));
      if (!range) fail();
      at += range[0].length;
      for (let digit = Number(range[1]); digit <= Number(range[2] ?? range[1]); ++digit) mask |= 1 << digit;
    }
    return mask;
  }

  const tree = alternatives();
  return at === source.length ? tree : fail();
}
