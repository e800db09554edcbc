"""Start-up time of `rareearth --help`, `query` and `check`, compared with a program that needs the same libraries.

The two alternate in one run. pydantic imports most of itself when the first model is defined, so one is defined.

Usage: .venv/bin/python scripts/bench/startup.py [ROUNDS]
"""

import resource
import statistics
import subprocess
import sys

HELP = [sys.executable, "-m", "rareearth", "--help"]
CHECK = [sys.executable, "-m", "rareearth", "check"]
QUERY = [sys.executable, "-m", "rareearth", "query", "-e", "ASK { ?s ?p ?o }"]
NEEDS_HELP = [sys.executable, "-c", "import typer"]
NEEDS_QUERY = [
    sys.executable,
    "-c",
    "import typer, pyoxigraph\napp = typer.Typer()\n@app.command()\ndef ask(query: str): ...\napp()",
    "ASK { ?s ?p ?o }",
]
NEEDS_CHECK = [sys.executable, "-c", "import typer, pydantic, pyoxigraph, yaml\nclass Any(pydantic.BaseModel): ..."]


def cpu(command: list[str]) -> float:
    """CPU seconds of one run of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    compared = (("--help", HELP, NEEDS_HELP), ("query", QUERY, NEEDS_QUERY), ("check", CHECK, NEEDS_CHECK))
    for name, command, needs in compared:
        pairs = [(cpu(command), cpu(needs)) for _ in range(rounds)]
        mine, floor = (statistics.median(column) for column in zip(*pairs, strict=True))
        ratio = statistics.median(a / b for a, b in pairs)
        print(f"{name:8} {mine * 1000:6.0f} ms; imports alone {floor * 1000:6.0f} ms; ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
