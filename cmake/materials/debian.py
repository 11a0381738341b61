"""What Debian says of files: the package they are from, and its licence by its copyright file."""
import fnmatch
import functools
import json
import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from program import said

READ = "From Debian's machine-readable copyright file."

table = json.loads(Path(__file__).with_name("licences.json").read_text())


@dataclass(eq=False)
class Package:
    name: str
    version: str
    source: str
    homepage: str
    files: set = field(default_factory=set)

    @property
    def copyright_file(self):
        return Path("/usr/share/doc", self.name, "copyright")


def packages_of(files):
    """The packages that these files are from. A file that no package owns is an error: the bill would
    not be complete."""
    owners = {}
    # /lib is a link to /usr/lib, and dpkg knows a file by one of the two.
    spelled = [spelling for file in files for spelling in {file, file.removeprefix("/usr")}]
    for start in range(0, len(spelled), 500):
        answer = subprocess.run(["dpkg-query", "--search", *spelled[start:start + 500]],
                                capture_output=True, text=True).stdout
        for line in answer.splitlines():
            names, _, path = line.partition(": ")
            owners[os.path.realpath(path)] = names.split(", ")[0].split(":")[0]
    if lost := sorted(set(files) - set(owners)):
        raise SystemExit(f"bill of materials: no Debian package owns {', '.join(lost[:5])}")

    packages = {}
    for file in files:
        name = owners[file]
        if name not in packages:
            packages[name] = described(name)
        packages[name].files.add(file)
    return packages


def described(name):
    form = "${Version}\t${source:Package}\t${Homepage}\n"
    version, source, homepage = said("dpkg-query", "--show", f"--showformat={form}", name).split("\n")[0].split("\t")
    return Package(name, version, source, homepage)


@dataclass
class Stanza:
    files: frozenset  # by name; Boost names thousands
    patterns: re.Pattern
    licence: str
    holders: tuple

    def covers(self, name):
        return name in self.files or self.patterns.match(name)


def stanzas(package):
    """The stanzas of a copyright file in Debian's machine-readable form, and {licence: text}."""
    found, texts = [], {}
    for paragraph in package.copyright_file.read_text(errors="replace").split("\n\n"):
        fields = {name.lower(): value for name, value in
                  re.findall(r"^([\w-]+):[ \t]*(.*(?:\n[ \t].*)*)", paragraph, re.MULTILINE)}
        licence, _, text = fields.get("license", "").partition("\n")
        if text:
            texts[licence] = text
        if "files" in fields:
            holders = tuple(line.strip() for line in fields.get("copyright", "").splitlines() if line.strip())
            files = fields["files"].split()
            patterns = "|".join(fnmatch.translate(file) for file in files if re.search(r"[*?]", file))
            found.append(Stanza(frozenset(files), re.compile(patterns or r"(?!)"), licence.strip(), holders))
    return found, texts


def names_in_source(file):
    """Where the source of a package may have a file: headers below `include`, or Boost's below its library."""
    if "/include/" not in file:
        return ("",)
    below = file.split("/include/", 1)[1]
    library = (below.split("/") + [""])[1].split(".")[0]
    return (f"libs/{library}/include/{below}", f"include/{below}", below)


@functools.cache
def stanzas_of(package):
    """Those of the files that are used. Of a library, and of a file that no stanza names, the one for all
    files speaks."""
    found, texts = stanzas(package)
    # The last one that matches counts.
    found.reverse()
    used = []
    for file in sorted(package.files):
        names = names_in_source(file)
        stanza = next((stanza for stanza in found if any(map(stanza.covers, names))), None)
        if stanza and stanza not in used:
            used.append(stanza)
    return used, texts


def spdx(name):
    """Debian's short name of a licence, or of a choice of them, in SPDX's words; None where it is not known."""
    parts = [table["names"].get(part) for part in name.split(" or ")]
    return None if None in parts else " OR ".join(parts)


@functools.cache
def licence_of(package):
    """(SPDX expression, why) of the files of a package that are used."""
    if decided := table["decided"].get(package.source):
        if decided["says"] not in package.copyright_file.read_text(errors="replace"):
            raise SystemExit(f"bill of materials: {package.copyright_file} no longer says what the licence of "
                             f"{package.source} was decided by: look at it again (cmake/materials/licences.json)")
        return decided["licence"], decided["because"]
    names = {part for stanza in stanzas_of(package)[0] for part in stanza.licence.split(" and ")}
    if unknown := sorted(name for name in names if spdx(name) is None) or not names:
        raise SystemExit(f"bill of materials: {package.name} is under {unknown}: decide what that is for SPDX in "
                         "cmake/materials/licences.json")
    if len(names) == 1:
        return spdx(names.pop()), READ
    return " AND ".join(sorted(f"({part})" if " OR " in part else part for part in map(spdx, names))), READ
