#!/bin/sh
# Runs Python with what the tests need, in a virtual environment under build/: python.sh -m pytest …
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
venv="$here/build/venv"
wanted="$here/tests/requirements.txt"
if ! cmp -s "$wanted" "$venv/requirements.txt" 2> /dev/null; then
    echo "installing from PyPI into build/venv: $(tr '\n' ' ' < "$wanted")" >&2
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install -q --disable-pip-version-check -r "$wanted"
    cp "$wanted" "$venv/requirements.txt"
fi
exec "$venv/bin/python" "$@"
