#!/usr/bin/env python3
"""Writes the bill of materials of the built program as SPDX 2.3, and the notices of what is compiled into it:

    bill.py --build DIRECTORY --source DIRECTORY --ninja NINJA --linker-record FILE --version VERSION
            --commit COMMIT --created SECONDS --tool PROGRAM... --bill FILE --notices FILE

Nothing here is a list of what the program uses: that is found in the build. The same build gives the same bytes.
"""
import argparse
import hashlib
import json
import os
import re
import sys
import uuid
from datetime import datetime, timezone
from pathlib import Path

import debian
import notices
import program

SYSTEM = ("/usr/", "/lib/", "/lib64/")


def digest(kind, file):
    return {"algorithm": kind.upper(), "checksumValue": hashlib.new(kind, Path(file).read_bytes()).hexdigest()}


def identifier(kind, name):
    return f"SPDXRef-{kind}-" + re.sub(r"[^A-Za-z0-9.-]", "-", name)


class Bill:
    def __init__(self, name, created):
        self.document = {
            "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": name,
            "documentNamespace": "",
            "creationInfo": {"created": created, "creators": ["Tool: gatepost-bill-of-materials"]},
            "documentDescribes": [], "packages": [], "files": [], "relationships": [],
        }

    def add_package(self, identity, name, version, licence, why, **more):
        self.document["packages"].append({
            "SPDXID": identity, "name": name, "versionInfo": version, "downloadLocation": "NOASSERTION",
            "filesAnalyzed": False, "licenseConcluded": licence, "licenseDeclared": licence,
            "licenseComments": why, "copyrightText": "NOASSERTION", **more})

    def add_debian(self, package):
        licence, why = debian.licence_of(package)
        more = {"supplier": "Organization: Debian", "externalRefs": [{
            "referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
            "referenceLocator": f"pkg:deb/debian/{package.name}@{package.version}?upstream={package.source}"}]}
        if package.homepage:
            more["homepage"] = package.homepage
        self.add_package(identifier("Package", package.name), package.name, package.version, licence, why, **more)

    def add_file(self, identity, name, path, licence):
        self.document["files"].append({
            "SPDXID": identity, "fileName": name, "checksums": [digest("sha1", path), digest("sha256", path)],
            "licenseConcluded": licence, "licenseInfoInFiles": ["NOASSERTION"], "copyrightText": "NOASSERTION"})

    def relate(self, one, how, other, comment=None):
        said = {"spdxElementId": one, "relationshipType": how, "relatedSpdxElement": other}
        if comment:
            said["comment"] = comment
        if said not in self.document["relationships"]:
            self.document["relationships"].append(said)

    def text(self):
        own = self.document
        used = json.dumps(own["packages"])
        own["hasExtractedLicensingInfos"] = [{"licenseId": name, "extractedText": text}
                                             for name, text in debian.table["texts"].items() if name in used]
        own["packages"].sort(key=lambda package: package["SPDXID"])
        own["files"].sort(key=lambda file: file["SPDXID"])
        own["relationships"].sort(key=lambda said: (said["spdxElementId"], said["relationshipType"],
                                                    said["relatedSpdxElement"]))
        # A name of its own for every content, without a clock or a throw of dice.
        content = hashlib.sha256(json.dumps(own, sort_keys=True).encode()).hexdigest()
        own["documentNamespace"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, content)}"
        return json.dumps(own, indent=2, ensure_ascii=False) + "\n"


def add_libraries(bill, gatepost, binary):
    """What the dynamic loader brings: the libraries as files, their packages, and who asks for whom."""
    loads = program.loaded(binary)
    libraries = [file for file in loads if file != os.path.realpath(binary)]
    packages = debian.packages_of(libraries)
    package_of = {file: name for name, package in packages.items() for file in package.files}
    for name, package in packages.items():
        bill.add_debian(package)
        for file in package.files:
            identity = identifier("File", os.path.basename(file))
            bill.add_file(identity, file, file, debian.licence_of(package)[0])
            bill.relate(identifier("Package", name), "CONTAINS", identity)
    for file, asked in loads.items():
        one = identifier("Package", package_of[file]) if file in package_of else gatepost
        for other in asked:
            if one != (target := identifier("Package", package_of[other])):
                bill.relate(one, "DYNAMIC_LINK", target)
    return packages


def add_compiled_in(bill, gatepost, files, linked, present):
    """Code from headers and static parts. A package may be here and among the libraries: templates of fmt
    are compiled in, the rest of it is loaded."""
    packages = debian.packages_of(files)
    for name, package in packages.items():
        if name not in present:
            bill.add_debian(package)
        parts = sorted(os.path.basename(file) for file in package.files & linked)
        headers = len(package.files - linked)
        what = ([f"{headers} headers"] if headers else []) + parts
        bill.relate(gatepost, "STATIC_LINK", identifier("Package", name), f"Compiled or linked in: {', '.join(what)}.")
    return packages


def add_embedded(bill, gatepost, source, own):
    """Our own files whose bytes the program holds, and data that was made from others' libraries."""
    made = {}
    for file in own:
        name = os.path.relpath(file, source)
        if name.startswith("config/"):
            identity = identifier("File", name)
            bill.add_file(identity, f"./{name}", file, "Apache-2.0")
            bill.relate(gatepost, "CONTAINS", identity)
        elif file.endswith((".cpp", ".hpp")) and (origin := program.generated_from(file)):
            made[origin] = name
    for (name, version), file in sorted(made.items()):
        known = debian.table["generated"].get(name)
        if not known:
            raise SystemExit(f"bill of materials: {file} is made from {name}: say under which licence in "
                             "cmake/materials/licences.json")
        identity = identifier("Package", name)
        bill.add_package(identity, name, version, known["licence"], known["because"], homepage=known["url"],
                         externalRefs=[{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                                        "referenceLocator": f"pkg:npm/{name}@{version}"}])
        bill.document["packages"][-1]["copyrightText"] = known["copyright"]
        bill.relate(gatepost, "CONTAINS", identity, f"Its data stands in {file}.")
    return made


def add_tools(bill, gatepost, tools, present):
    for name, package in debian.packages_of({os.path.realpath(tool) for tool in tools}).items():
        if name not in present:
            bill.add_debian(package)
        bill.relate(identifier("Package", name), "BUILD_TOOL_OF", gatepost)


def options():
    parser = argparse.ArgumentParser()
    for name in ("build", "source", "ninja", "linker-record", "version", "commit", "created", "bill", "notices"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--tool", action="append", default=[])
    return parser.parse_args()


def main():
    chosen = options()
    binary = str(Path(chosen.build, "gatepost"))
    build = program.Build(chosen.build, chosen.ninja)
    made_of = build.inputs("gatepost")
    linked = build.linked_from(chosen.linker_record)
    objects = {file for file in made_of if file.endswith(".o")}
    read = build.compiled_from(objects) | {program.real(Path(chosen.build, file)) for file in made_of}
    own_folders = tuple(program.real(folder) + "/" for folder in (chosen.source, chosen.build))

    created = datetime.fromtimestamp(int(chosen.created), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    bill = Bill(f"gatepost-{chosen.version}", created)
    gatepost = "SPDXRef-Package-gatepost"
    bill.document["documentDescribes"] = [gatepost]
    more = {"primaryPackagePurpose": "APPLICATION"}
    if content := program.build_id(binary):
        more["comment"] = f"GNU build id of the program, which stripping keeps: {content}"
    bill.add_package(gatepost, "gatepost", f"{chosen.version}+{chosen.commit}", "Apache-2.0", "Our own; see LICENSE.",
                     **more)
    bill.relate("SPDXRef-DOCUMENT", "DESCRIBES", gatepost)

    libraries = add_libraries(bill, gatepost, binary)
    loaded = {file for package in libraries.values() for file in package.files}
    foreign = {file for file in read | linked if not file.startswith(own_folders)} - loaded
    compiled_in = add_compiled_in(bill, gatepost, {file for file in foreign if os.path.isfile(file)}, linked, libraries)
    made = add_embedded(bill, gatepost, program.real(chosen.source),
                        sorted(file for file in read if file.startswith(own_folders[0])))
    add_tools(bill, gatepost, chosen.tool, {**libraries, **compiled_in})

    Path(chosen.bill).write_text(bill.text())
    Path(chosen.notices).write_text(notices.text(compiled_in, made))


if __name__ == "__main__":
    sys.exit(main())
