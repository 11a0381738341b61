#!/usr/bin/env python3
"""Writes the seeds that follow from other data of the project: what browsers sent, and the rules of
the catalog. Run it when those change. The other seeds were written by hand."""

import base64
import hashlib
import hmac
import pathlib
import re
import shutil
import urllib.parse

fuzz = pathlib.Path(__file__).resolve().parent
recorded = fuzz.parent / "data/consent/recorded_cookies.yaml"
catalog = fuzz.parent.parent / "config/consent-catalog.yaml"

# Beside the catalog: what the page script writes, and the strings that have cookies of their own.
other_cookies = {
    "relay_granted": "gatepost_consent=v1.m:1.s:1795000000.src:page",
    "relay_denied": "gatepost_consent=v1.m:0.s:1795000000.src:page",
    "relay_implied": "gatepost_consent=v1.m%3Ai.s%3A1795000000.src%3Agtag",
    "tcf": "euconsent-v2=CQp3NcAQp3NcAAKACADECSFgAPIAAAIAAAYgHtQAgF5gPaA9qACA9oAA.IHtQAgF5gPaA",
    "tcf_in_json": 'GdprConsent={"version":"IAB TCF 2.0","consentString":"CQp3NcAQp3NcAAKACADECSFg"}',
    "gpp": "__gpp=DBABLA~BVQqAAAACgA.QA; __gpp_sid=7",
    "us_privacy": "usprivacy=1YNN",
    "additional_consent": "addtl_consent=2~35.41~dv.9.21",
    "gpc": "gpcsignal=true; gpcsignal=true; _ttp=2abc",
    # What crashed or decided wrongly once.
    "tiny_number": 'klaro={"tiktok":0.' + "0" * 40 + "1e-320}",
    "copies_of_a_hint": "notice_behavior=implied,us; notice_behavior=expressed,eu; "
                        "cmapi_cookie_privacy=permit 1,3",
}


def unquote(scalar):
    if scalar.startswith("'"):
        return scalar[1:-1].replace("''", "'")
    return re.sub(r"\\(.)", r"\1", scalar[1:-1])


def samples():
    """Entry, state and Cookie header of each recorded sample."""
    text = re.sub(r"(?m)^\s*#.*$", "", recorded.read_text())
    for item in re.split(r"(?m)^- ", text)[1:]:
        cookie = re.search(r"""\bcookie: ("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')""", item)
        entry = re.search(r"\bentry: ([a-z0-9-]+)", item)
        state = re.search(r"\bstate: ([a-z]+)", item)
        yield entry[1], state[1], unquote(cookie[1])


def of_each_entry(wanted):
    """The first header of each entry in a state, or else in any."""
    found = {}
    for entry, state, header in samples():
        if entry not in found or (found[entry][0] != wanted and state == wanted):
            found[entry] = (state, header)
    return {entry: header for entry, (_, header) in found.items()}


def without_base64(header):
    """The header with the JSON in the place of the base64 that its first cookie holds: the target
    encodes it."""
    first, *rest = header.split(";")
    name, value = first.split("=", 1)
    bare = urllib.parse.unquote(value).rstrip("=")
    try:
        text = base64.b64decode(bare + "=" * (-len(bare) % 4)).decode()
    except ValueError:
        return header
    return ";".join([f"{name}={text}"] + rest) if text.startswith(("{", "[")) else header


def rules():
    """The rules of each entry, as YAML, for as few entries as have every key of the language."""
    text = re.sub(r"(?m)^#.*\n", "", catalog.read_text())
    by_entry = {}
    for rule in re.split(r"(?m)^(?=- name: )", text)[1:]:
        by_entry.setdefault(re.match(r"- name: (\S+)", rule)[1], []).append(rule.strip() + "\n")
    seen = set()
    for entry, parts in by_entry.items():
        words = set(re.findall(r"[a-z_]+:|(?:shape|decode|lists|unit|form): \S+", "".join(parts)))
        if not words <= seen:
            seen |= words
            yield entry, "".join(parts)


def token(claim):
    """A decision token of the instance key `fuzz`."""
    def encode(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")

    key = hmac.digest(b"fuzz", b"derive:decision-token", hashlib.sha256)
    text = b"gp1." + encode(claim.encode())
    return (text + b"." + encode(hmac.digest(key, text, hashlib.sha256))).decode()


def write(target, seeds):
    directory = fuzz / "seeds" / target
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    for name, text in seeds.items():
        (directory / name).write_bytes(text.encode())


granted = of_each_entry("granted")
write("cookie_header", other_cookies | granted)
write("catalog_rules", {entry: without_base64(header) for entry, header in granted.items()})
write("consent_rules", {entry: yaml + "\0" + granted[entry].split(";")[0].split("=", 1)[1]
                        for entry, yaml in rules()})
write("decision_token", {
    "granted": token('{"v":"granted","t":1795340000,"i":1795348800,'
                     '"s":"cookie:euconsent-v2","c":"default"}'),
    "no_source": token('{"v":"undecided","i":1795348800,"s":"none"}'),
})
