"""The tests of a file, found without running it."""

from __future__ import annotations

import ast
import re
from itertools import product
from pathlib import Path

FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef
SKIPS = re.compile(r"\b(skip|skipif|xfail|importorskip)\b")
TITLE = re.compile(r"^\s*(?:test|it)\(\s*(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`[^`]*`)", re.M)


def written_tests(path: Path) -> set[str]:
    """Names of tests that are not skipped: of Python also name[id], of TypeScript the titles."""
    text = path.read_text()
    if path.suffix == ".ts":
        return {title[1:-1] for title in TITLE.findall(text)}
    module = ast.parse(text)
    if any(_skipped(node) for node in module.body if _is_mark(node)):
        return set()
    names = set()
    for node in module.body:
        if isinstance(node, FUNCTION) and node.name.startswith("test_") and not _skipped(node):
            names.add(node.name)
            names.update(f"{node.name}[{one}]" for one in _ids(node))
    return names


def _is_mark(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and "pytestmark" in ast.unparse(node.targets[0])


def _skipped(node: ast.AST) -> bool:
    """Whether a mark or a call within says that it is not run, or may not be."""
    marks = getattr(node, "decorator_list", [])
    calls = [one.func for one in ast.walk(node) if isinstance(one, ast.Call)]
    return any(SKIPS.search(ast.unparse(one)) for one in (*marks, *calls))


def _ids(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """The ids that pytest gives to parameters, where all of their values are plain literals."""
    lists = []
    for mark in reversed(function.decorator_list):
        if not (isinstance(mark, ast.Call) and ast.unparse(mark.func).endswith("parametrize")):
            continue
        try:
            rows = ast.literal_eval(mark.args[1])
        except ValueError:
            return []
        lists.append([_id(row) for row in rows])
    return ["-".join(one) for one in product(*lists)] if lists else []


def _id(row: object) -> str:
    return "-".join(map(str, row)) if isinstance(row, tuple) else str(row)
