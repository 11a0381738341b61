"""What is in the built program, asked from the build itself: Ninja's record of what each object was
compiled from, the linker's of what it was given, and the program's dynamic section."""
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path


def said(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


def real(path):
    return os.path.realpath(path)


class Build:
    """A build directory of Ninja."""

    def __init__(self, directory, ninja):
        self.directory = Path(directory)
        self.ninja = ninja

    def inputs(self, target):
        """All files that a target is made of, directly or through others."""
        return said(self.ninja, "-C", str(self.directory), "-n", "-t", "inputs", target).split("\n")[:-1]

    def compiled_from(self, objects):
        """The headers and sources of these objects.

        Ninja may be running now, so it is a copy of its log that is read: whoever reads the log shortens it when
        its last line is not yet complete."""
        with tempfile.TemporaryDirectory() as aside:
            shutil.copy(self.directory / ".ninja_deps", aside)
            rules = Path(aside, "again.ninja")
            rules.write_text(f"builddir = {aside}\ninclude build.ninja\n")
            log = said(self.ninja, "-n", "-f", str(rules), "-t", "deps", cwd=self.directory)
        found = set()
        for entry in log.split("\n\n"):
            head, *files = entry.split("\n")
            if head.split(": #deps")[0] in objects:
                found.update(real(self.directory / file.strip()) for file in files if file)
        return found

    def linked_from(self, record):
        """The objects and static libraries that the linker read, from the dependency file it wrote. (The
        shared ones are found by what the program loads; some that it names are scripts for the linker.)"""
        text = (self.directory / record).read_text().split("\n\n")[0]
        files = text.replace("\\\n", " ").split(": ", 1)[1].split()
        return {real(self.directory / file) for file in files if file.endswith((".o", ".a"))}


def needed(binary):
    """Names of the libraries that a program or library asks for."""
    return re.findall(r"\(NEEDED\).*\[(.*)\]", said("readelf", "--dynamic", "--wide", binary))


def build_id(binary):
    found = re.search(r"Build ID: ([0-9a-f]+)", said("readelf", "--notes", "--wide", binary))
    return found[1] if found else None


def loaded(binary):
    """{file: [files it asks for itself]} of the program and everything that is loaded with it."""
    where = {}
    for line in said("ldd", binary).splitlines():
        if found := re.match(r"\s*(?:(\S+) => )?(/\S+) \(0x", line):
            where[found[1] or os.path.basename(found[2])] = real(found[2])
    files = [real(binary), *where.values()]
    return {file: [where[name] for name in needed(file) if name in where] for file in files}


def generated_from(source):
    """(name, version) of the library whose data a source of ours was made from, as its head says."""
    head = Path(source).read_text(errors="replace")[:1000]
    found = re.search(r"^// Made by .* from (\S+) (\d\S*) \(", head, re.MULTILINE)
    return (found[1], found[2]) if found else None
