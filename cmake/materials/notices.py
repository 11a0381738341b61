"""The notices that go with the program: of code that is compiled into it, whose licences ask for that.
Libraries that are loaded come with their own."""
import textwrap

import debian


def section(title, *parts):
    return "\n".join(["-" * 78, title, "", *parts, ""])


def of_package(package):
    licence, why = debian.licence_of(package)
    title = f"{package.name} {package.version}: {licence}"
    if package.source in debian.table["decided"] and not licence.startswith("MIT"):
        return section(title, textwrap.fill(why, 78))
    used, texts = debian.stanzas_of(package)
    holders = sorted({holder for stanza in used for holder in stanza.holders})
    words = []
    for name in sorted({stanza.licence for stanza in used}):
        for part in name.replace(" and ", " or ").split(" or "):
            text = texts.get(name) or texts.get(part)
            if text and text not in words:
                words.append(text)
    plain = ["\n".join("" if line.strip() == "." else line[1:] for line in text.split("\n")) for text in words]
    return section(title, *[f"Copyright {holder}" for holder in holders], "", *plain)


def text(packages, made):
    parts = ["Gatepost is under the Apache License 2.0 (LICENSE). Compiled into it is code of others, mostly of\n"
             "header files. gatepost.spdx.json lists it together with the libraries that are loaded.\n"]
    parts += [of_package(package) for _, package in sorted(packages.items())]
    for (name, version), file in sorted(made.items()):
        known = debian.table["generated"][name]
        parts.append(section(f"{name} {version}: {known['licence']}", known["copyright"], "",
                             textwrap.fill(known["because"], 78),
                             f"The data stands in {file}. Text of the Apache License 2.0: LICENSE."))
    return "\n".join(parts)
