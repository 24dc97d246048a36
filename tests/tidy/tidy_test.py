#!/usr/bin/env python3
"""tidy.py against small trees, each with one breach."""

import pathlib
import tempfile
import unittest

import tidy

CMAKE = """
# floor(not_me SOURCES comment.cpp)
floor(base SOURCES a.cpp)
floor(model USES base SOURCES b.cpp)
floor(net USES base LINKS boost SOURCES n.cpp)
floor(wire USES model
      SOURCES
      w.cpp deep/x.cpp)
floor(store USES model SOURCES s.cpp)
"""

HOUSE = {
    "src/CMakeLists.txt": CMAKE,
    "src/base/a.h": "#pragma once\n",
    "src/base/a.cpp": '#include "base/a.h"\n',
    "src/model/b.cpp": '#include "base/a.h"\n',
    "src/net/n.cpp": "#include <boost/asio.hpp>\n",
    "src/wire/w.cpp": '#include <vector>\n#include "base/a.h"\n',
    "src/wire/deep/x.cpp": "",
    "src/store/s.h": "#pragma once\n",
    "src/store/s.cpp": "",
}

# name, files that differ from HOUSE (None: not there), the breaches
CASES = [
    ("a house in order", {}, []),
    (
        "an upward include names the floors that are allowed",
        {"src/wire/w.cpp": '\n#include "store/s.h"\n'},
        ['src/wire/w.cpp:2: floor "wire" may not include "store/s.h" (uses model, base)'],
    ),
    (
        "the lowest floor uses nothing",
        {"src/base/a.cpp": '#  include "store/s.h"\n'},
        ['src/base/a.cpp:1: floor "base" may not include "store/s.h" (uses nothing)'],
    ),
    (
        "a sideways include",
        {"src/store/s.h": '#pragma once\n#include "net/n.h"\n', "src/net/n.h": "#pragma once\n"},
        ['src/store/s.h:2: floor "store" may not include "net/n.h" (uses model, base)'],
    ),
    (
        "an include that is not there",
        {"src/wire/w.cpp": '#include "gone.h"\n'},
        ['src/wire/w.cpp:1: "gone.h" is not in src: include our headers as "floor/file.h"'],
    ),
    (
        "Boost outside net",
        {"src/wire/w.cpp": "#include <boost/json.hpp>\n", "src/model/b.cpp": "#include <asio.hpp>\n"},
        [
            "src/model/b.cpp:1: <asio.hpp>: Boost and Asio stay in src/net",
            "src/wire/w.cpp:1: <boost/json.hpp>: Boost and Asio stay in src/net",
        ],
    ),
    (
        "a header without its guard",
        {"src/base/a.h": "// #pragma once\n"},
        ["src/base/a.h:1: no #pragma once"],
    ),
    (
        "a long file",
        {"tests/base/a_test.cpp": "\n" * 801},
        ["tests/base/a_test.cpp:801: 801 lines, at most 800: look for the seam"],
    ),
    ("a file just short enough", {"tests/base/a_test.cpp": "\n" * 800}, []),
    (
        "a source that is built by nobody",
        {"src/base/new.cpp": ""},
        ["src/base/new.cpp:1: not in the SOURCES of floor(base) in src/CMakeLists.txt"],
    ),
    (
        "a source that is gone",
        {"src/wire/deep/x.cpp": None},
        ["src/CMakeLists.txt:1: floor(wire) lists deep/x.cpp, which does not exist"],
    ),
    (
        "a folder that is no floor",
        {"src/attic/old.h": "#pragma once\n"},
        ['src/attic:1: there is no floor() line for "attic"'],
    ),
    (
        "a floor that uses one above it",
        {"src/CMakeLists.txt": CMAKE.replace("floor(base ", "floor(base USES store ")},
        ['src/CMakeLists.txt:1: floor "base" uses "store", which is not a floor below it'],
    ),
    (
        "unfinished work",
        {"fuzz/x_fuzz.cpp": "// " + "TO" "DO" + ": more\n", "src/store/s.cpp": "int a; // " + "FIX" "ME" + "\n"},
        [
            "src/store/s.cpp:1: " + "FIX" "ME" + ": finish it, or file an issue",
            "fuzz/x_fuzz.cpp:1: " + "TO" "DO" + ": finish it, or file an issue",
        ],
    ),
    ("a template for mkdtemp is not unfinished work", {"tests/base/a_test.cpp": '"/tmp/XXXXXX"\n'}, []),
]


def build(root, changes):
    for name, text in {**HOUSE, **changes}.items():
        if text is None:
            continue
        path = pathlib.Path(root) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


class Tidy(unittest.TestCase):
    def test_each_breach_is_told_once_and_nothing_else(self):
        for name, changes, wanted in CASES:
            with self.subTest(name), tempfile.TemporaryDirectory() as root:
                build(root, changes)
                self.assertEqual([str(breach) for breach in tidy.check(root)], wanted)

    def test_a_header_must_compile_alone(self):
        with tempfile.TemporaryDirectory() as root:
            build(root, {"src/store/s.h": "#pragma once\ninline std::string name;\n"})
            breaches = tidy.check(root, headers=True)
            self.assertEqual([breach.path for breach in breaches], ["src/store/s.h"])
            self.assertIn("does not compile alone", breaches[0].message)


if __name__ == "__main__":
    unittest.main()
