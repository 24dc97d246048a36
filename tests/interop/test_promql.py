"""Prometheus' own engine, from its Go module, on our series and expressions: what it answers is what
tests/query/promql/goldens_test.cpp holds our engine to. `oracle SERIES EXPRESSIONS > answers.txt` makes it anew."""
import pathlib
import subprocess

from tests.interop.builds import go_program

SOURCE = pathlib.Path(__file__).parent / "promql"
CORPUS = pathlib.Path(__file__).parents[1] / "query" / "promql" / "corpus"


def test_the_golden_answers_are_those_of_prometheus(tmp_path):
    oracle = go_program(SOURCE, tmp_path)
    told = subprocess.run([*oracle, CORPUS / "series.txt", CORPUS / "expressions.txt"], capture_output=True, text=True,
                          timeout=120)
    assert told.returncode == 0, told.stderr
    assert told.stdout == (CORPUS / "answers.txt").read_text()
