// What the TCF's rules make of a TC string's fields, written from the specification and Gatepost's
// contract ("Decisions", TCF) without a look at the C++ code.
const DISCLOSURE = Date.UTC(2026, 2, 1);
const POLICY_4 = Date.UTC(2023, 9, 1);
const NEVER_BY_INTEREST = new Set([1, 3, 4, 5, 6]);

export function verdict(facts, wanted) {
  if (facts.version !== 2 || !facts.service_specific) return 'unreadable';
  if (facts.policy_version < 4 && facts.created >= POLICY_4) return 'unreadable';
  if (facts.disclosed === null && facts.created >= DISCLOSURE) return 'unreadable';
  if (facts.disclosed === false) return wanted.not_disclosed;

  const byConsent = (purpose) =>
    facts.vendor_consent && facts.purpose_consents.includes(purpose) &&
    !(purpose === 1 && facts.purpose_one_treatment);
  const byInterest = (purpose) =>
    facts.vendor_interest && facts.purpose_interests.includes(purpose) &&
    !NEVER_BY_INTEREST.has(purpose);
  const allowed = (purpose, declared) => {
    const types = facts.restrictions[purpose] ?? [];
    if (types.includes(0) || types.includes(3)) return false;
    if (!wanted.flexible.includes(purpose)) {
      if (declared === 'interest' && types.includes(1)) return false;
      if (declared === 'consent' && types.includes(2)) return false;
      return declared === 'consent' ? byConsent(purpose) : byInterest(purpose);
    }
    if (types.includes(1) && types.includes(2)) return false;
    let basis = declared;
    if (types.includes(1)) basis = 'consent';
    if (types.includes(2)) basis = 'interest';
    return basis === 'consent' ? byConsent(purpose) : byInterest(purpose);
  };
  const all = wanted.consent.every((purpose) => allowed(purpose, 'consent')) &&
    wanted.interest.every((purpose) => allowed(purpose, 'interest'));
  return all ? 'granted' : 'denied';
}
