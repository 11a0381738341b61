// A random string that a regular expression of libphonenumber's metadata matches: digits, classes,
// groups, alternatives, `?` and counts. Written apart from the generator of Gatepost's tables, which
// is what the strings are for.
export function randomMember(source, { pick, between, chance }) {
  let at = 0;

  function alternatives() {
    const all = [sequence()];
    while (source[at] === '|') { ++at; all.push(sequence()); }
    return () => pick(all)();
  }

  function sequence() {
    const parts = [];
    while (at < source.length && !'|)'.includes(source[at])) parts.push(counted(atom()));
    return () => parts.map((part) => part()).join('');
  }

  function counted(one) {
    const [text, least, most] = /^(?:\?|\{(\d+)(?:,(\d+))?\})?/.exec(source.slice(at));
    at += text.length;
    if (text === '') return one;
    if (text === '?') return () => chance(0.5) ? one() : '';
    return () => Array.from({ length: between(Number(least), Number(most ?? least)) }, one).join('');
  }

  function atom() {
    const [text, group, inside] = /^(?:(\((?:\?:)?)|\[([\d-]+)\]|\\d|\d)/.exec(source.slice(at));
    at += text.length;
    if (group) {
      const inner = alternatives();
      ++at;
      return inner;
    }
    if (text === '\\d') return () => String(between(0, 9));
    if (!inside) return () => text;
    const digits = [...'0123456789'].filter((digit) => new RegExp(text).test(digit));
    return () => pick(digits);
  }

  return alternatives()();
}
