// The bill of materials holds what is in the program, in SPDX's form and words:
//
//   node bill.mjs PROGRAM BILL NOTICES LIBRARIES
//
// What is in the program is asked of readelf and dpkg here, not of the bill's maker; the form is what SPDX 2.3's
// schema asks for; licences are read by the library that npm itself reads them with.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';

const [program, billFile, noticesFile, libraries] = process.argv.slice(2);
const parse = createRequire(join(libraries, 'package.json'))('spdx-expression-parse');
const bill = JSON.parse(readFileSync(billFile, 'utf8'));
const notices = readFileSync(noticesFile, 'utf8');
const own = 'SPDXRef-Package-gatepost';
const said = (command, ...rest) => execFileSync(command, rest, { encoding: 'utf8' });

const packages = new Map(bill.packages.map((found) => [found.SPDXID, found]));
const named = (name) => bill.packages.find((found) => found.name === name);
const related = (how, one = own) => bill.relationships
  .filter((found) => found.relationshipType === how && found.spdxElementId === one)
  .map((found) => packages.get(found.relatedSpdxElement)).filter(Boolean);

// Of SPDX 2.3's schema: which fields there are, and which there must be.
const form = {
  document: {
    must: 'SPDXID creationInfo dataLicense name spdxVersion documentNamespace',
    may: 'documentDescribes packages files relationships hasExtractedLicensingInfos',
  },
  package: {
    must: 'SPDXID downloadLocation name',
    may: `versionInfo filesAnalyzed licenseConcluded licenseDeclared licenseComments copyrightText supplier homepage
          externalRefs primaryPackagePurpose comment`,
  },
  file: { must: 'SPDXID checksums fileName', may: 'licenseConcluded licenseInfoInFiles copyrightText' },
  relationship: { must: 'spdxElementId relatedSpdxElement relationshipType', may: 'comment' },
};
function checkForm(object, { must, may }) {
  const required = must.split(/\s+/);
  const allowed = [...required, ...may.split(/\s+/)];
  for (const field of required) assert.ok(object[field], `${object.name ?? object.SPDXID} has no ${field}`);
  for (const field of Object.keys(object)) assert.ok(allowed.includes(field), `${field} is no field`);
}

test('bill: it has the form of SPDX 2.3', () => {
  checkForm(bill, form.document);
  assert.equal(bill.spdxVersion, 'SPDX-2.3');
  assert.equal(bill.dataLicense, 'CC0-1.0');
  assert.equal(bill.SPDXID, 'SPDXRef-DOCUMENT');
  assert.deepEqual(bill.documentDescribes, [own]);
  assert.match(bill.documentNamespace, /^urn:uuid:[0-9a-f-]{36}$/);
  assert.match(bill.creationInfo.created, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  for (const creator of bill.creationInfo.creators) assert.match(creator, /^(Tool|Organization|Person): \S/);
  for (const found of bill.packages) checkForm(found, form.package);
  for (const found of bill.files) checkForm(found, form.file);
  for (const found of bill.relationships) checkForm(found, form.relationship);
});

test('bill: every element has an identifier of its own, and relations name what is there', () => {
  const identifiers = ['SPDXRef-DOCUMENT', ...[...bill.packages, ...bill.files].map((found) => found.SPDXID)];
  for (const identifier of identifiers) assert.match(identifier, /^SPDXRef-[A-Za-z0-9.-]+$/);
  assert.equal(new Set(identifiers).size, identifiers.length);
  const kinds = ['DESCRIBES', 'CONTAINS', 'DYNAMIC_LINK', 'STATIC_LINK', 'BUILD_TOOL_OF'];
  for (const { spdxElementId, relatedSpdxElement, relationshipType } of bill.relationships) {
    assert.ok(identifiers.includes(spdxElementId), spdxElementId);
    assert.ok(identifiers.includes(relatedSpdxElement), relatedSpdxElement);
    assert.ok(kinds.includes(relationshipType), relationshipType);
  }
});

// The parts of an expression that must all be met; of a choice the first that `fits`.
const met = ({ conjunction, left, right, ...one }, fits) => conjunction === 'and' ? met(left, fits) && met(right, fits)
  : conjunction === 'or' ? met(left, fits) || met(right, fits) : fits(one);

const free = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BSL-1.0', 'CC0-1.0', 'MIT', 'Zlib', 'blessing',
  'LicenseRef-OldBoost1', 'LicenseRef-liblzma-public-domain'];
const exceptions = ['GCC-exception-3.1', 'Linux-syscall-note'];
const loadable = ['LGPL-2.1-or-later'];
const harmless = ({ license, exception }) => free.includes(license) || exceptions.includes(exception);
// Under the Lesser GPL and yet compiled in, for a reason.
const settled = {
  'libc6-dev': 'start-up objects carry the permission to link them into any program; headers are interface',
  'libsystemd-dev': 'headers of declarations; section 5 of the licence lets these be used',
};

test('bill: every licence is one that SPDX knows or that the bill tells', () => {
  const told = (bill.hasExtractedLicensingInfos ?? []).map(({ licenseId, extractedText }) => extractedText && licenseId);
  for (const { name, licenseDeclared } of bill.packages) {
    assert.ok(licenseDeclared && !/^(NOASSERTION|NONE)$/.test(licenseDeclared), `${name}: ${licenseDeclared}`);
    met(parse(licenseDeclared), ({ license }) => !license.startsWith('LicenseRef-') || assert.ok(told.includes(license)));
  }
});

test('bill: nothing in the program puts the program under a licence of its own', () => {
  for (const { name, licenseDeclared } of related('STATIC_LINK')) {
    assert.ok(name in settled || met(parse(licenseDeclared), harmless), `${name}: ${licenseDeclared}`);
  }
  const loaded = bill.packages.filter(({ SPDXID }) => bill.relationships.some((found) =>
    found.relationshipType === 'DYNAMIC_LINK' && found.relatedSpdxElement === SPDXID));
  assert.ok(loaded.length > 10);
  for (const { name, licenseDeclared } of loaded) {
    const fits = (one) => harmless(one) || loadable.includes(one.license);
    assert.ok(met(parse(licenseDeclared), fits), `${name}: ${licenseDeclared}`);
  }
});

test('bill: every library that is loaded is there, with the bytes it has and the package it is from', () => {
  const files = [...said('ldd', program).matchAll(/=> (\/\S+)/g)].map(([, file]) => said('realpath', file).trim());
  assert.ok(files.length > 10);
  for (const file of files) {
    const entry = bill.files.find(({ fileName }) => fileName === file);
    assert.ok(entry, `${file} is not in the bill`);
    const sum = entry.checksums.find(({ algorithm }) => algorithm === 'SHA256').checksumValue;
    assert.equal(sum, createHash('sha256').update(readFileSync(file)).digest('hex'), file);
    const holder = bill.relationships.find((found) =>
      found.relationshipType === 'CONTAINS' && found.relatedSpdxElement === entry.SPDXID);
    const { name, versionInfo } = packages.get(holder.spdxElementId);
    assert.ok(said('dpkg-query', '--listfiles', name).split('\n').some((path) =>
      path.split('/').at(-1) === file.split('/').at(-1)), `${file} is not of ${name}`);
    assert.equal(versionInfo, said('dpkg-query', '--show', '--showformat=${Version}', name));
  }
});

test('bill: what the program asks for itself is told apart from what comes with that', () => {
  const needed = [...said('readelf', '--dynamic', '--wide', program).matchAll(/\(NEEDED\).*\[(.*)\]/g)]
    .map(([, name]) => name).filter((name) => !name.startsWith('ld-linux'));
  const direct = related('DYNAMIC_LINK').map(({ SPDXID }) => SPDXID);
  const holders = new Set(needed.map((name) => {
    const file = said('realpath', new RegExp(`${name.replace(/[.+]/g, '\\$&')} => (\\S+)`).exec(said('ldd', program))[1]);
    const { SPDXID } = bill.files.find(({ fileName }) => fileName === file.trim());
    return bill.relationships.find((found) => found.relatedSpdxElement === SPDXID).spdxElementId;
  }));
  assert.deepEqual(new Set(direct), holders);
  // libsystemd brings it; the program never asks.
  assert.ok(named('liblz4-1') && !direct.includes(named('liblz4-1').SPDXID));
});

test('bill: what is only compiled in is there too, and its notices go with the program', () => {
  const compiledIn = related('STATIC_LINK').map(({ name }) => name);
  for (const name of ['libboost1.81-dev', 'rapidjson-dev', 'libcli11-dev', 'libspdlog-dev', 'libfmt-dev',
    'libstdc++-12-dev', 'libyaml-cpp-dev', 'prometheus-cpp-dev']) {
    assert.ok(compiledIn.includes(name), `${name} is not in the bill`);
  }
  for (const name of compiledIn) assert.ok(notices.includes(`\n${name} `), `${name} has no notice`);
  for (const holder of ['Milo Yip', 'Henry Schreiner', 'Gabi Melman', 'Jesse Beder', 'Libphonenumber Authors']) {
    assert.ok(notices.includes(holder), `${holder} is not named`);
  }
});

test('bill: what the program holds of others and of us is there', () => {
  const head = readFileSync(new URL('../../src/identity/numbering/data.cpp', import.meta.url), 'utf8').slice(0, 300);
  const [, version] = /libphonenumber-js (\S+)/.exec(head);
  assert.deepEqual(related('CONTAINS').map(({ name, versionInfo }) => [name, versionInfo]), [['libphonenumber-js', version]]);
  for (const name of ['consent-catalog.yaml', 'consent-relay.js']) {
    const entry = bill.files.find(({ fileName }) => fileName === `./config/${name}`);
    const bytes = readFileSync(new URL(`../../config/${name}`, import.meta.url));
    assert.equal(entry.checksums.find(({ algorithm }) => algorithm === 'SHA1').checksumValue,
      createHash('sha1').update(bytes).digest('hex'));
  }
});

test('bill: it names this very program, by what stays when it is stripped', () => {
  const found = /Build ID: ([0-9a-f]+)/.exec(said('readelf', '--notes', '--wide', program));
  if (found) assert.ok(packages.get(own).comment.includes(found[1]));
  const [, version, commit] = /^gatepost (\S+) \((?:commit )?([^)\s]+)/.exec(said(program, 'version')) ?? [];
  assert.equal(packages.get(own).versionInfo, `${version}+${commit}`);
});

