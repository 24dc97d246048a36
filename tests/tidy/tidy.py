#!/usr/bin/env python3
"""Checks the rules of the house that no compiler checks; prints one line per breach, exit 1 if there is any.

    tests/tidy/tidy.py [--headers] [root]

The floor() lines of src/CMakeLists.txt say which floor may include which; everything else is in style.md:
Boost and Asio stay in src/net, headers have #pragma once, files end before 800 lines, each source is listed,
and unfinished work is not marked but finished. --headers also compiles every header of src alone (slow).
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
from dataclasses import dataclass, field

LINES_MAX = 800
OUR_FOLDERS = ("src", "tests", "bench", "fuzz", "demo")
# Beside the floors: a floor may include one of these when it links its library, tomograph_<name>.
BESIDE = ("demo",)
OUR_SUFFIXES = (".h", ".cpp", ".py", ".cmake")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
FLOOR = re.compile(r"\bfloor\(([^)]*)\)")
# Spelled in halves, so that this file passes its own check.
UNFINISHED = re.compile(r"\b(" + "|".join(("TO" "DO", "FIX" "ME", "XX" "X")) + r")\b")
ASIO_FLOOR = "net"


@dataclass
class Floor:
    name: str
    uses: list = field(default_factory=list)
    links: list = field(default_factory=list)
    sources: list = field(default_factory=list)


@dataclass
class Breach:
    path: str
    line: int
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.message}"


def parse_floors(cmake_text):
    """The floor() lines, in order, by name."""
    text = re.sub(r"#[^\n]*", "", cmake_text)
    floors = {}
    for arguments in FLOOR.findall(text):
        name, *words = arguments.split()
        floor = Floor(name)
        into = None
        for word in words:
            keyword = {"USES": floor.uses, "LINKS": floor.links, "SOURCES": floor.sources}.get(word)
            if keyword is not None:
                into = keyword
            elif into is not None:
                into.append(word)
        floors[name] = floor
    return floors


def reachable(floors, name):
    """The floors that `name` may include, nearest first, itself not among them."""
    found = []
    waiting = list(floors[name].uses)
    while waiting:
        used = waiting.pop(0)
        if used in floors and used not in found:
            found.append(used)
            waiting.extend(floors[used].uses)
    return found


def check_floor_lines(floors):
    place = "src/CMakeLists.txt"
    seen = []
    for floor in floors.values():
        for used in floor.uses:
            if used not in seen:
                yield Breach(place, 1, f'floor "{floor.name}" uses "{used}", which is not a floor below it')
        seen.append(floor.name)


def check_sources_listed(root, floors):
    place = "src/CMakeLists.txt"
    programs = re.findall(r"add_executable\(\w+ ([\w/.]+)\)", (root / place).read_text())
    folders = sorted(path.name for path in (root / "src").iterdir() if path.is_dir())
    for name in folders:
        if name not in floors:
            yield Breach(f"src/{name}", 1, f'there is no floor() line for "{name}"')
            continue
        folder = root / "src" / name
        present = {str(path.relative_to(folder)) for path in folder.rglob("*.cpp")}
        present -= {path.removeprefix(f"{name}/") for path in programs}
        for source in sorted(present - set(floors[name].sources)):
            yield Breach(f"src/{name}/{source}", 1, f"not in the SOURCES of floor({name}) in {place}")
        for source in sorted(set(floors[name].sources) - present):
            yield Breach(place, 1, f"floor({name}) lists {source}, which does not exist")


def check_quoted_include(root, floors, floor, path, number, target):
    owner = target.split("/")[0]
    allowed = reachable(floors, floor)
    if owner != floor and owner in floors and owner not in allowed:
        uses = f"uses {', '.join(allowed)}" if allowed else "uses nothing"
        yield Breach(path, number, f'floor "{floor}" may not include "{target}" ({uses})')
    elif owner in BESIDE and f"tomograph_{owner}" in floors[floor].links and (root / target).is_file():
        return
    elif not (root / "src" / target).is_file():
        yield Breach(path, number, f'"{target}" is not in src: include our headers as "floor/file.h"')


def check_includes(root, floors, floor, path, lines):
    for number, line in enumerate(lines, 1):
        include = INCLUDE.match(line)
        if not include:
            continue
        bracket, target = include.groups()
        if bracket == '"':
            yield from check_quoted_include(root, floors, floor, path, number, target)
        elif re.match(r"(boost|asio)(/|\.hpp$)", target) and floor != ASIO_FLOOR:
            yield Breach(path, number, f"<{target}>: Boost and Asio stay in src/{ASIO_FLOOR}")


def check_text(path, lines):
    if len(lines) > LINES_MAX:
        yield Breach(path, len(lines), f"{len(lines)} lines, at most {LINES_MAX}: look for the seam")
    if path.endswith(".h") and "#pragma once" not in (line.strip() for line in lines):
        yield Breach(path, 1, "no #pragma once")
    for number, line in enumerate(lines, 1):
        mark = UNFINISHED.search(line)
        if mark:
            yield Breach(path, number, f"{mark.group()}: finish it, or file an issue")


def our_files(root):
    for folder in OUR_FOLDERS:
        for directory, names, files in os.walk(root / folder):
            names[:] = sorted(name for name in names if name not in ("node_modules", "__pycache__"))
            for file in sorted(files):
                if file.endswith(OUR_SUFFIXES) or file == "CMakeLists.txt":
                    yield pathlib.Path(directory) / file


def check_files(root, floors):
    for file in our_files(root):
        path = file.relative_to(root).as_posix()
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            yield Breach(path, 1, "not UTF-8")
            continue
        yield from check_text(path, lines)
        parts = path.split("/")
        if parts[0] == "src" and len(parts) > 2 and parts[1] in floors and path.endswith((".h", ".cpp")):
            yield from check_includes(root, floors, parts[1], path, lines)


def compile_header(root, header):
    # The version is the one macro that the build gives to every file.
    version = '-DTOMOGRAPH_VERSION="0"'
    command = ["g++", "-std=c++20", version, "-fsyntax-only", "-Isrc"]
    command += ["-x", "c++", "-include", str(header), "/dev/null"]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True)
    if run.returncode == 0:
        return []
    first = next((line for line in run.stderr.splitlines() if "error:" in line), run.stderr.strip())
    return [Breach(str(header), 1, f"does not compile alone: {first}")]


def check_headers(root):
    headers = sorted(path.relative_to(root) for path in (root / "src").rglob("*.h"))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for breaches in pool.map(lambda header: compile_header(root, header), headers):
            yield from breaches


def check(root, headers=False):
    """Every breach in the tree at `root`."""
    root = pathlib.Path(root)
    floors = parse_floors((root / "src" / "CMakeLists.txt").read_text(encoding="utf-8"))
    breaches = list(check_floor_lines(floors))
    breaches += check_sources_listed(root, floors)
    breaches += check_files(root, floors)
    if headers:
        breaches += check_headers(root)
    return breaches


def main():
    parser = argparse.ArgumentParser(description="Checks the rules of the house.")
    parser.add_argument("--headers", action="store_true", help="also compile every header of src alone")
    parser.add_argument("root", nargs="?", default=pathlib.Path(__file__).resolve().parents[2])
    arguments = parser.parse_args()
    breaches = check(arguments.root, arguments.headers)
    for breach in breaches:
        print(breach)
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
