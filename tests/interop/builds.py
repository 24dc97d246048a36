"""Programs of other languages, built from their folders with what their package registries have."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest


def copied(source: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """Builds leave nothing in the tree."""
    return shutil.copytree(source, folder / source.name, ignore=shutil.ignore_patterns("target", "node_modules"))


def version(command: str, *arguments: str) -> tuple[int, ...]:
    """What a tool says of itself; () where there is none."""
    if not shutil.which(command):
        return ()
    done = subprocess.run([command, *arguments], capture_output=True, text=True)
    found = re.search(r"(\d+)\.(\d+)", done.stdout + done.stderr)
    return tuple(map(int, found.groups())) if found else ()


def go_program(source: pathlib.Path, folder: pathlib.Path) -> list[str]:
    needed = re.search(r"^go (\d+)\.(\d+)", (source / "go.mod").read_text(), re.MULTILINE)
    if version("go", "version") < tuple(map(int, needed.groups())):
        pytest.skip(f"no Go of {'.'.join(needed.groups())} or later")
    built = folder / f"{source.name}-program"
    subprocess.run(["go", "build", "-o", str(built), "."], cwd=copied(source, folder), check=True, timeout=600)
    return [str(built)]


def collector(source: pathlib.Path, folder: pathlib.Path) -> str:
    """The OpenTelemetry Collector, made by its builder from builder.yaml of `source`: its binary."""
    if version("go", "version") < (1, 25):
        pytest.skip("no Go of 1.25 or later")
    project = copied(source, folder)
    [release] = re.findall(r"^  version: (\S+)$", (source / "builder.yaml").read_text(), re.MULTILINE)
    subprocess.run(["go", "install", f"go.opentelemetry.io/collector/cmd/builder@v{release}"], cwd=project, check=True,
                   env={**os.environ, "GOBIN": str(project)}, timeout=600)
    subprocess.run([str(project / "builder"), "--config", "builder.yaml"], cwd=project, check=True, capture_output=True,
                   env={**os.environ, "CGO_ENABLED": "0"}, timeout=1800)
    return str(project / "built/otelcol")


def java_program(source: pathlib.Path, folder: pathlib.Path, main: str) -> list[str]:
    """main  the class to run, with its package"""
    if version("javac", "-version") < (17,) or not shutil.which("mvn"):
        pytest.skip("no JDK of 17 or later with Maven")
    project = copied(source, folder)
    subprocess.run(["mvn", "-q", "-B", "compile", "dependency:build-classpath", "-Dmdep.outputFile=target/classpath"],
                   cwd=project, check=True, timeout=600)
    libraries = (project / "target/classpath").read_text().strip()
    return ["java", "-cp", f"{project / 'target/classes'}:{libraries}", main]


def node_program(source: pathlib.Path, folder: pathlib.Path, main: str) -> list[str]:
    if not shutil.which("npm"):
        pytest.skip("no npm")
    project = copied(source, folder)
    subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefer-offline"], cwd=project,
                   check=True, timeout=600)
    return ["node", str(project / main)]


def python_program(source: pathlib.Path, folder: pathlib.Path, main: str, whole: list[str],
                   alone: list[str] | None = None) -> list[str]:
    """In an environment of its own.

    whole, alone  packages with what they depend on, and without
    """
    python, project = folder / "venv/bin/python", copied(source, folder)
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True, timeout=120)
    install = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*install, *whole], check=True, timeout=600)
    if alone:
        subprocess.run([*install, "--no-deps", *alone], check=True, timeout=600)
    return [str(python), str(project / main)]
